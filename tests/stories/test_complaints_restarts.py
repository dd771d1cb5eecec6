"""What users of other products complained about, third part: what is lost, doubled or forgotten on the way.

`make mutants` takes out the cure of each complaint and requires its story to fail.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from rq import Queue
from rq.timeouts import TimerDeathPenalty
from sqlalchemy import update

from jobs import deliver, redraw
from jobs.beat import PAGE_BEAT
from jobs.clock import Clock
from jobs.context import use
from jobs.escalate import escalate
from jobs.worker import PatientWorker
from models.actions import delivering, workspaces
from models.actions.plans import save_policy
from models.bell import PAGE, JsonJob, connect
from models.config import Settings
from models.plan import Level, Plan, Target, TargetKind
from models.tables import Alert, Person
from tests.conftest import Servers
from tests.processes import Processes
from tests.world import SHIFT, World, everything, labels

over_http = pytest.mark.parametrize("world", ["http"], indirect=True)


class Worker(PatientWorker):
    """A worker in the test's own thread: it leaves the process's signals alone."""

    death_penalty_class = TimerDeathPenalty

    def _install_signal_handlers(self) -> None:
        pass


class House:
    """A world in which nothing runs but what a story starts: a clock's second, a worker's burst."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.redis = connect(world.settings.redis_url, timeout=None)
        self.queue = Queue(PAGE, connection=self.redis, job_class=JsonJob)
        self.clock = Clock(world.context, ticks=1)
        use(world.context)

    def raised(self, title: str) -> None:
        """A machine has sent an alert, and nobody has looked yet."""
        url = self.world.source("generic")
        assert requests.post(url, json={"title": title}, timeout=10).status_code == 202

    def passes(self, seconds: float = 0, minutes: float = 0) -> None:
        """Time passes in which nothing runs."""
        SHIFT.seconds += seconds + 60 * minutes

    def beats(self) -> None:
        """A worker is there, so that the clock only rings."""
        with self.world.context.db.begin() as session:
            workspaces.beat(session, PAGE_BEAT)

    def second(self) -> None:
        """The clock's next second, with the pages that it sends itself."""
        self.clock.tick()
        self.finish()

    def burst(self) -> None:
        """A worker does what is rung for, until nothing rings."""
        while self.queue.count:
            Worker([self.queue], connection=self.redis, job_class=JsonJob).work(burst=True, logging_level="ERROR")
            self.finish()

    def finish(self) -> None:
        deliver.pump().settle()
        redraw.pump().settle()

    def pages(self) -> list[int]:
        return [len(self.world.pages(who)) for who in ("charlie", "bob")]


@pytest.fixture
def house(world: World) -> Iterator[House]:
    """Charlie, then bob after five minutes."""
    world.policy("charlie", "bob")
    made = House(world)
    yield made
    made.redis.close()


@over_http
def test_complaint_1_a_429_of_slack_loses_pages(world: World) -> None:
    """ "Slack's 429 loses pages": marked as sent, or as failed, and not tried again when Slack said when."""
    world.policy("charlie", "bob", minutes=30)
    world.slack.faults.add("chat.postMessage", "rate_limited", seconds=30)
    world.signal("Disk full")
    world.expect_no_page("charlie")
    assert "rate limited by Slack" in world.heed("alice", "show 1"), "nobody calls it sent"
    world.forward(seconds=30)
    world.expect_page("charlie", "Disk full")
    world.expect_no_page("bob")


@over_http
def test_complaint_2_escalation_never_runs_because_its_ring_was_lost(house: House) -> None:
    """ "Escalation never runs": Redis was emptied between the alert and its first level, and before its second."""
    house.raised("Disk full")
    for pages in ([1, 0], [1, 1]):
        house.redis.flushall()
        house.passes(seconds=3)
        house.beats()
        house.second()
        house.burst()
        assert house.pages() == pages
        house.passes(minutes=5)


@over_http
def test_complaint_2_escalation_stops_when_a_worker_dies_with_the_job_in_hand(house: House) -> None:
    """ "Escalation stops": a worker took the job and died before it looked, and its flag stops every other ring."""
    house.raised("Disk full")
    assert house.queue.pop_job_id() is not None
    house.burst()
    assert house.pages() == [0, 0]
    house.passes(seconds=3)
    house.beats()
    house.second()
    house.burst()
    assert house.pages() == [1, 0]


@over_http
def test_complaint_2_escalation_stops_when_a_worker_dies_with_a_page_in_hand(house: House) -> None:
    """ "Escalation stops": a worker has claimed the page and died before the request left."""
    house.raised("Disk full")
    escalate(house.world.context)
    with house.world.context.db.begin() as session:
        lease = delivering.lease_person(session)
        assert lease is not None
        assert delivering.claim(session, lease) is not None
    for seconds in (60, 5):
        assert house.pages() == [0, 0]
        house.passes(seconds=seconds)
        house.beats()
        house.passes(seconds=3)
        house.second()
        house.burst()
    assert house.pages() == [1, 0]


@over_http
def test_complaint_2_escalation_stops_while_no_worker_is_there(house: House) -> None:
    """ "Escalation stops after a restart": no worker came back, so the clock pages by itself."""
    house.raised("Disk full")
    for pages in ([1, 0], [1, 1]):
        house.second()
        assert house.pages() == pages
        house.passes(minutes=5)


@over_http
def test_complaint_2_an_open_alert_that_waits_for_nothing_is_taken_up_again(house: House) -> None:
    """ "Escalation never runs": an open alert whose next step nobody knows of any more."""
    house.raised("Disk full")
    with house.world.context.db.begin() as session:
        session.execute(update(Alert).values(next_step_at=None))
    house.redis.flushall()
    house.beats()
    house.second()
    house.burst()
    assert house.pages() == [1, 0]


@pytest.mark.processes
def test_complaint_2_escalation_stops_after_a_restart(settings: Settings, clean: Servers, tmp_path: Path) -> None:
    """ "Escalation stops after a restart": killed for real, Redis emptied, and only a worker comes back."""
    with Processes(settings, clean.admin, tmp_path) as processes:
        lay_down(processes, "charlie", "bob")
        processes.start("web", "page")
        assert processes.signal("Disk full").status_code == 202
        processes.wait_for_pages("charlie", 1)
        processes.kill("page")
        clean.redis.client.flushall()
        processes.shift(301)
        processes.start("page")
        processes.wait_for_pages("bob", 1, seconds=30)
        assert len(processes.pages("charlie")) == 1


def lay_down(processes: Processes, *names: str) -> None:
    """The default policy: a level of five minutes for each person."""
    with processes.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        people = {person.slack_id: person.id for person in session.query(Person)}
        targets = [Target(TargetKind.PERSON, people[processes.slack.user(name).id]) for name in names]
        levels = tuple(Level((target,), timedelta(minutes=5)) for target in targets)
        save_policy(session, workspace.id, Plan("Test policy", levels, laps=1), is_default=True)


@over_http
def test_complaint_10_duplicates(world: World) -> None:
    """ "Duplicates": two senders of one pair tell the same, and Slack's answer to our message is lost."""
    world.policy("charlie")
    world.slack.faults.add("chat.postMessage", "cut_after")
    assert world.signal("Disk full", key="disk")["opened"] == 1
    assert world.signal("Disk full", key="disk")["repeated"] == 1
    for _ in range(3):
        world.forward(seconds=30)
    (page,) = world.pages("charlie")
    assert "Disk full" in everything(page)
    assert labels(page)[0] == "Acknowledge"
