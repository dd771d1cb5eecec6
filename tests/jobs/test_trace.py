"""`trace` as it is typed: one alert's whole life in order, and one line for what is wrong."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

import app
from models.actions.tracing import life_of
from models.db import now_of
from models.tables import Workspace
from tests.world import World

Trace = Callable[..., Result]


@pytest.fixture
def trace(world: World, monkeypatch: pytest.MonkeyPatch) -> Trace:
    """The command line on the tests' database."""
    monkeypatch.setenv("DATABASE_URL", world.settings.database_url)
    monkeypatch.setenv("HEED_VAR", str(world.settings.heed_var))
    return lambda *words: CliRunner().invoke(app.main, ["trace", *words])


@pytest.fixture
def lived(world: World) -> World:
    """An alert that alice did not answer, and bob did."""
    world.policy("alice", "bob", minutes=5)
    world.signal("Checkout \x1b[31mfails", severity="critical")
    world.settle()
    world.forward(minutes=5)
    world.press("bob", "Acknowledge")
    return world


def test_tells_everything_in_order(lived: World, trace: Trace) -> None:
    found = json.loads(trace("1", "--json").output)
    assert (found["number"], found["severity"], found["status"]) == (1, "critical", "acknowledged")
    assert found["source"] == "generic prod"
    times = [each["at"] for each in found["events"]]
    assert times == sorted(times)
    kinds = [each["kind"] for each in found["events"]]
    assert kinds[:3] == ["request", "signal", "entry"]
    assert {"request", "signal", "entry", "step", "page", "post", "answer"} <= set(kinds)


def test_every_page_tells_way_result_and_lateness(lived: World, trace: Trace) -> None:
    pages = [each for each in json.loads(trace("1", "--json").output)["events"] if each["kind"] == "page"]
    assert [page["who"] for page in pages] == ["alice", "bob"]
    for page in pages:
        assert (page["facts"]["way"], page["facts"]["state"], page["facts"]["attempt"]) == ("slack", "sent", 1)
        assert 0 <= page["late_s"] < 60


def test_steps_tell_when_they_were_due_and_what_is_due_still_is_not_done(lived: World, trace: Trace) -> None:
    lived.signal("Search fails", severity="critical")
    lived.settle()
    steps = [each for each in json.loads(trace("2", "--json").output)["events"] if each["kind"] == "step"]
    assert [(step["facts"]["level"], step["done"]) for step in steps] == [(1, True), (2, False)]
    assert steps[1]["late_s"] is None
    assert steps[1]["due_at"] == steps[1]["at"]


def test_the_answer_names_who_gave_it(lived: World, trace: Trace) -> None:
    (answer,) = (each for each in json.loads(trace("1", "--json").output)["events"] if each["kind"] == "answer")
    assert (answer["who"], answer["facts"]["kind"]) == ("bob", "acknowledged")


def test_people_get_a_table_that_no_terminal_obeys(lived: World, trace: Trace) -> None:
    answer = trace("1")
    lines = answer.output.splitlines()
    assert answer.exit_code == 0
    assert lines[0] == "Alert 1, critical, acknowledged: Checkout [31mfails"
    assert lines[4].split() == ["time", "(UTC)", "after", "late", "what", "who"]
    assert "\x1b" not in answer.output
    assert any("page" in line and "bob" in line and "by slack sent, attempt 1" in line for line in lines)


def test_what_clients_wrote_is_not_told(world: World, trace: Trace) -> None:
    world.says("dora", "acme", "We are terminating the contract, our lawyers will call you.")
    world.forward(minutes=3)
    answer = trace("1", "--json")
    assert answer.exit_code == 0, answer.output
    assert "our lawyers will call you" not in answer.output


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["99"], 1, "there is no alert 99 in Northwind\n"),
        (["1", "--workspace", "Eastwind"], 2, "Error: say which workspace with --workspace: T0NORTHWIND (Northwind)\n"),
    ],
)
def test_one_line_tells_what_is_wrong(trace: Trace, words: list[str], code: int, said: str) -> None:
    answer = trace(*words)
    assert (answer.exit_code, answer.stderr, answer.stdout) == (code, said, "")


@pytest.mark.parametrize("words", ["zero", "0", "##1", "", "²", "1" * 5000, "99999999999999999999"])
def test_what_is_no_number_of_an_alert_is_wrong_usage(trace: Trace, words: str) -> None:
    answer = trace(words)
    assert answer.exit_code == 2
    assert f"{words!r} is not the number of an alert, such as 12" in answer.stderr


def test_a_number_may_be_written_as_messages_show_it(lived: World, trace: Trace) -> None:
    assert trace("#1", "--json").output == trace("1", "--json").output


def test_an_alert_of_another_workspace_is_not_there(lived: World) -> None:
    with lived.context.db.begin() as session:
        other = Workspace(team_id="T0OTHER", name="O", url="", bot_user_id="U", token=b"", installed_at=now_of(session))
        session.add(other)
        session.flush()
        assert life_of(session, other.id, 1) is None
