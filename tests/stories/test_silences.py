"""Silences by command: what they hold, how they end, and who may."""

from datetime import timedelta

from bot.views.parts import on
from models.actions import silencing
from models.db import now_of
from models.matching import parse_matchers
from models.tables import Alert, SilenceRow
from tests.models.actions.house import build_house
from tests.world import World, labels

USAGE = 'For example: `/heed silence team="search" severity="high" 2h deploy of the index`.'
ONLY = "Only admins and responders may silence alerts. Nothing has changed."


def told(world: World, who: str, words: str) -> str:
    """The words, and nothing else, that answer a command."""
    return world.heed(who, words).rsplit("\n", 1)[0]


def silence(world: World, number: int = 1) -> SilenceRow:
    with world.context.db.begin() as session:
        return session.get_one(SilenceRow, number)


def test_a_silence_holds_what_is_open_and_what_comes_and_lets_it_go_when_it_ends(world: World) -> None:
    world.signal("Index is slow", labels={"team": "search"})
    world.signal("Disk full", labels={"team": "storage"})
    answer = told(world, "alice", 'silence team="search" 2h deploy of the index')
    ends = silence(world).ends_at
    assert answer == (
        f'Silence 1 holds back alerts with `team="search"` until {on(ends)}. 1 alert is held back now. '
        "End it with `/heed unsilence 1`."
    )
    page = next(each for each in world.pages("bob") if "Index is slow" in each.text)
    assert f"Silenced until {on(ends)} · Paged: <@U0ALICE>, <@U0BOB>" in str(page.blocks)
    assert labels(page)[0] == "Acknowledge"
    assert f"open, silenced until {on(ends)}" in told(world, "alice", "alerts")
    before = len(world.pages("bob"))
    world.signal("Search is down", labels={"team": "search"})
    assert len(world.pages("bob")) == before
    assert f"held back by silence 1 until {on(ends)}" in world.heed("alice", "show 3")
    assert f'• *1* `team="search"` until {on(ends)} by <@U0ALICE>: deploy of the index · 2 alerts are waiting' in told(
        world, "charlie", "silences"
    )
    world.forward(hours=2)
    assert "Search is down" in "".join(each.text for each in world.pages("bob")[before:])
    assert told(world, "alice", "silences") == f"Nothing is silenced. {USAGE}"


def test_a_silence_that_is_ended_lets_everything_go_on_at_once(world: World) -> None:
    told(world, "alice", "silence {team=~“sea.*”, severity=high} until tomorrow 9:00")
    world.signal("Search is down", labels={"team": "search"})
    world.expect_no_page("bob")
    assert told(world, "bob", "unsilence 1") == "Silence 1 has ended. The alert it held goes on now."
    world.expect_page("bob", "Search is down")
    assert told(world, "bob", "unsilence 1") == "There is no silence 1 in force. `/heed silences` lists them."


def test_a_silence_to_come_holds_nothing_yet(world: World) -> None:
    answer = told(world, "alice", 'silence team="search" tomorrow 9:00 to 18:00 deploy')
    row = silence(world)
    assert row.ends_at - row.starts_at == timedelta(hours=9)
    assert answer == (
        f'Silence 1 will hold back alerts with `team="search"` from {on(row.starts_at)} until {on(row.ends_at)}. '
        "End it with `/heed unsilence 1`."
    )
    world.signal("Search is down", labels={"team": "search"})
    world.expect_page("bob", "Search is down")
    assert f"from {on(row.starts_at)} until {on(row.ends_at)}" in told(world, "alice", "silences")
    world.heed("alice", "unsilence 1")
    assert told(world, "alice", "silences") == f"Nothing is silenced. {USAGE}"


def test_what_cannot_be_meant_is_said_and_silences_nothing(world: World) -> None:
    examples = "Please say for example `2h`, `until 18:00`, `until fri 9:00` or `tomorrow 9:00 to 18:00`."
    for words, why in (
        ("silence", "say first which alerts."),
        ("silence 2h", "say first which alerts."),
        ('silence team="search"', f"How long, or until when? {examples}"),
        ('silence team="search" <soon>', f"I don't understand “&lt;soon&gt;” as a time. {examples}"),
        ('silence team="search" 31d', "a silence lasts 30 days at most."),
        ('silence team!="x" 2h', 'a silence needs a matcher that names something, such as team="search"'),
        ('silence team=~".*" 2h', 'a silence needs a matcher that names something, such as team="search"'),
        (
            'silence severity="urgent" 2h',
            "at character 1: severity must be one of critical, high, medium, low, not \"urgent\"; "
            "the sender's own label is label.severity",
        ),
        ('silence team="search 2h', "at character 6: expected a closing quote for the one that opens here"),
    ):  # fmt: skip
        assert told(world, "alice", words) == f"Nothing is silenced: {why}\n{USAGE}"
    assert told(world, "alice", "unsilence") == "Which one? `/heed unsilence 3`. `/heed silences` lists them."
    assert told(world, "alice", "unsilence 9") == "There is no silence 9 in force. `/heed silences` lists them."
    assert told(world, "alice", "silences") == f"Nothing is silenced. {USAGE}"


def test_only_admins_and_responders_silence(world: World) -> None:
    told(world, "alice", 'silence team="search" 2h')
    for words in ('silence team="search" 2h', "unsilence 1"):
        assert told(world, "charlie", words) == ONLY
    assert "Only full members" in world.heed("gwen", 'silence team="search" 2h', channel="general")
    world.heed("alice", "role @charlie responder")
    assert told(world, "charlie", "unsilence 1") == "Silence 1 has ended. It held no alert."


def test_an_address_in_a_matcher_is_what_was_typed(world: World) -> None:
    told(world, "alice", 'silence url="https://search.example/a" 2h')
    assert silence(world).matchers == 'url="https://search.example/a"'


def test_silences_of_another_workspace_are_neither_seen_nor_ended(world: World) -> None:
    address = world.source("generic")
    with world.context.db.begin() as session:
        other = build_house(session, "Globex")
        now = now_of(session)
        made = silencing.make(
            session, other.id, parse_matchers('team="search"'), now, now + timedelta(hours=2), "U0ALICE"
        )
    world.post(address, {"title": "Search is down", "labels": {"team": "search"}})
    world.expect_page("alice", "Search is down")
    assert told(world, "alice", "silences") == f"Nothing is silenced. {USAGE}"
    number = made.id
    assert told(world, "alice", f"unsilence {number}") == (
        f"There is no silence {number} in force. `/heed silences` lists them."
    )
    assert silence(world, number).ends_at > now
    with world.context.db.begin() as session:
        assert session.get_one(Alert, 1).silence_id is None
