"""What `/heed who` answers: the whole story in its text, within Slack's limits, and no markup from outside."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given

from bot.views.who import not_understood, who
from models.dry_run import DryRun, Happening, Reached
from models.matching import Matcher, Op
from models.rehearsal import Ending, Line, Outcome, Rehearsal
from models.routing import Considered, Silence
from models.words import Severity
from tests.bot.views.cards import check_markup, check_message
from tests.bot.views.test_hostile import TEXTS

START = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
FIVE = timedelta(minutes=5)
STAMP = int(START.timestamp())
ALICE = Reached("alice", "U0ALICE", START.astimezone(ZoneInfo("Europe/Berlin")), "Europe/Berlin", True)
BOB = Reached("bob", "U0BOB", START.astimezone(ZoneInfo("Asia/Kolkata")), "Asia/Kolkata", False)
OPS = Reached("ops", "C0OPS", None, "", False)
PAGED = Line(START, 0, 1, 1, Outcome.PAGED, (1, 2, 3))
EMPTY = Line(START + FIVE, 5, 1, 2, Outcome.EMPTY, why="nobody to page")
HELD = Line(START, 0, 1, 1, Outcome.HELD, silence="4", until=START + FIVE)
BRAKED = Line(START, 0, 1, 1, Outcome.BRAKED, until=START + FIVE)
SILENCE = Silence("4", (Matcher("team_name", Op.EQUAL, "pay_ments"),), START, START + FIVE, "bob", "deploy")


def run(*happenings: Happening, ending: Ending = Ending.EXHAUSTED, laps: int = 2, admins: bool = True) -> DryRun:
    rehearsal = Rehearsal(tuple(each.line for each in happenings), ending, laps, START + 2 * FIVE)
    return DryRun(
        start=START,
        severity=Severity.CRITICAL,
        policy="Payments",
        laps=laps,
        considered=(Considered("search", False, "no"), Considered("payments", True, 'team_name="pay_ments" holds')),
        happenings=happenings,
        rehearsal=rehearsal,
        admins=("U0ALICE",) if admins else (),
    )


def test_the_text_tells_the_whole_story() -> None:
    shown = who(run(Happening(PAGED, (ALICE, BOB, OPS)), Happening(EMPTY, (), "nobody to page: schedule Nights")))
    assert shown.text.splitlines() == [
        f":red_circle: *Critical* alert at <!date^{STAMP}^{{date_short_pretty}} at {{time}}|2027-03-28 01:30 UTC>: "
        "policy *Payments*. A dry run: nobody is paged now.",
        'Route *payments*: `team_name="pay_ments" holds`',
        f"• <!date^{STAMP}^{{time}}|01:30 UTC> (minute 0) level 1, lap 1: <@U0ALICE> 03:30 in Europe/Berlin, "
        "Do Not Disturb and no way besides Slack; <@U0BOB> 07:00 in Asia/Kolkata; <#C0OPS>",
        f"• <!date^{STAMP + 300}^{{time}}|01:35 UTC> (minute 5) level 2, lap 1: nobody to page: schedule Nights",
        ":warning: *At level 2 nobody would be reached.*",
        f"<!date^{STAMP + 600}^{{time}}|01:40 UTC>: after 2 laps: nobody is paged any more; admins are told.",
    ]
    assert [block["text"]["text"] for block in shown.blocks] == [shown.text]
    check_message(shown)
    check_markup(shown)


def test_silences_the_ceiling_and_channels_are_told() -> None:
    held = replace(run(Happening(HELD), Happening(BRAKED), laps=1), silences=(SILENCE,), channels=("C0OPS",))
    text = who(replace(held, considered=(), missing_policy="Old")).text
    until = f"<!date^{STAMP + 300}^{{date_short_pretty}} at {{time}}|2027-03-28 01:35 UTC>"
    assert text.splitlines()[1:7] == [
        "There is no policy Old any more, so the default one is taken.",
        "No route takes it, so the default policy does.",
        f'Silence 4 holds it until {until}: `team_name="pay_ments"` deploy',
        "Posted in <#C0OPS> too.",
        f"• <!date^{STAMP}^{{time}}|01:30 UTC> (minute 0) level 1: silence 4 holds it until {until}",
        f"• <!date^{STAMP}^{{time}}|01:30 UTC> (minute 0) level 1: too many levels within a minute until {until}",
    ]
    assert ":warning: *Nobody would be paged at all.*" in text


def test_each_end_is_told() -> None:
    ends = {
        Ending.NOBODY: "there is no admin to tell, and it is tried again every 5 minutes.",
        Ending.NO_LEVELS: "the policy has no levels: nobody is paged; there is no admin to tell.",
        Ending.DIGEST: "it waits for the daily digest: nobody is paged; there is no admin to tell.",
        Ending.BROKEN_OFF: "it goes on; the rest is left out.",
        Ending.EXHAUSTED: "after 1 lap: nobody is paged any more; there is no admin to tell.",
    }
    for ending, words in ends.items():
        assert who(run(ending=ending, laps=1, admins=False)).text.endswith(words)


def test_a_long_run_is_cut_in_its_middle_and_never_at_its_end() -> None:
    many = [Happening(replace(PAGED, level=number), (ALICE, BOB) * 10) for number in range(1, 100)]
    shown = who(run(*many, laps=1))
    check_message(shown)
    check_markup(shown)
    *_, rest, end = shown.text.splitlines()
    assert rest.startswith("… and ")
    assert "app.py paged" in rest
    assert end.endswith("admins are told.")
    assert "and 12 more" in shown.text


@given(TEXTS, TEXTS, TEXTS)
def test_whatever_the_outside_writes_marks_nothing_up(one: str, two: str, three: str) -> None:
    hostile = replace(
        run(Happening(EMPTY, (), one), Happening(PAGED, (replace(ALICE, name=two, zone=three),))),
        policy=two,
        missing_policy=three,
        considered=tuple(Considered(each, True, each) for each in (one, two, three) * 4),
        silences=(replace(SILENCE, matchers=(Matcher("team", Op.EQUAL, one or "a"),), why=two),) * 9,
    )
    shown = who(hostile)
    check_message(shown)
    check_markup(shown)
    assert shown.text.endswith("admins are told.")
    check_markup(not_understood(one))
    assert not_understood(two).count("\n") == 1
