"""The job that sends codes and tests: once each, told in Slack, and without Apprise in a process that stays."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.contacts import Contacts, Outcome
from bot.context import Context
from bot.slack import PERSON, NotSent, Refused, Sent, Unclear
from jobs.way_codes import send_due
from models.actions import ways
from models.bell import RINGS
from models.seal import Seal
from models.tables import Notice, Way
from models.way import Verdict
from tests.models.actions.house import build_house

ROOT = Path(__file__).parent.parent.parent
WHY = {
    NotSent(timedelta(seconds=30), "the service cannot be reached", outage=False): "the service cannot be reached",
    Refused(PERSON, "the address cannot be read"): "the address cannot be read",
    Unclear("no answer within 10 seconds"): "it may have arrived, no answer within 10 seconds",
}


class Told(Contacts):
    """A sender that says what it is told to say."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(allow_private=False)
        self.outcome = outcome
        self.sent: list[tuple[str, str, str, bool]] = []

    def send(self, address: str, title: str, body: str, critical: bool) -> Outcome:
        self.sent.append((address, title, body, critical))
        return self.outcome


def added(context: Context, seal: Seal) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        ways.add(session, house.id, house.people["alice"], "ntfy", "ntfy", seal.close("ntfy://topic"), 0, None)


def notices(context: Context) -> list[str]:
    with context.db.begin() as session:
        return [each.detail["why"] for each in session.scalars(select(Notice))]


def test_a_code_is_sent_once(context: Context) -> None:
    added(context, context.seal)
    contacts = Told(Sent("", ""))
    send_due(context, contacts)
    send_due(context, contacts)
    ((address, title, body, critical),) = contacts.sent
    assert (address, critical) == ("ntfy://topic", False)
    assert title.removeprefix("Heed: code ") in body
    assert notices(context) == []


@pytest.mark.parametrize(("outcome", "why"), WHY.items(), ids=lambda value: type(value).__name__)
def test_a_code_that_was_not_sent_is_told_and_works_no_more(context: Context, outcome: Outcome, why: str) -> None:
    added(context, context.seal)
    contacts = Told(outcome)
    send_due(context, contacts)
    send_due(context, contacts)
    assert len(contacts.sent) == 1
    assert notices(context) == [why]
    with context.db.begin() as session:
        assert session.scalars(select(Way.failures)).one() == 1


def test_an_address_under_a_key_that_was_lost_is_told(context: Context) -> None:
    added(context, Seal("another secret key for the tests"))
    contacts = Told(Sent("", ""))
    send_due(context, contacts)
    assert contacts.sent == []
    assert notices(context) == ["its address cannot be opened any more: remove it and add it again"]


def test_codes_do_not_stand_before_pages() -> None:
    assert RINGS["ways"].queue == "rate"


def test_no_process_that_stays_loads_apprise() -> None:
    program = (
        "import sys, jobs.worker, jobs.clock, jobs.way_codes, bot.web, bot.contacts;"
        "assert not {'apprise', 'requests'} & set(sys.modules), 'loaded'"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()[-300:]


def test_a_code_that_may_have_arrived_still_counts(context: Context) -> None:
    added(context, context.seal)
    contacts = Told(Unclear("no answer within 10 seconds"))
    send_due(context, contacts)
    code = contacts.sent[0][1].removeprefix("Heed: code ")
    with context.db.begin() as session:
        way = session.scalars(select(Way)).one()
        found = ways.confirm(session, context.seal, way.workspace_id, way.person_id, way.id, code)
    assert found is Verdict.RIGHT
