"""Every view against its golden JSON and against Slack's limits."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bot.views import alert, draft, duty, further, home, marks, modals, notices, quiet, replies, ways
from bot.views.parts import Block, Rendered
from models.answer import Answer, Refusal
from models.card import DutyLine, Filter, Listing, OnDuty, PageCard, Quality, Roster, SilenceLine
from models.way import WayLine, WayState
from models.words import PageKind, Severity, Status
from simulator.blocks import problems
from tests.bot.golden import FOLDER, check_golden
from tests.bot.views.cards import (
    ACKNOWLEDGED,
    CARDS,
    CLIENT,
    EXHAUSTED,
    MACHINE,
    NIGHT,
    NOW,
    OPENED_AGAIN,
    RAISED,
    RESOLVED,
    SILENCED,
    SNOOZED,
    TIMED,
    check_markup,
    check_message,
    check_view,
    dashboard,
    details_of,
    every_entry,
    paged,
    plain,
)

ALL = tuple(replace(card, id=20 + number) for number, card in enumerate(CARDS.values()))
ON_LIVE = {Refusal.NOT_ACKNOWLEDGED: MACHINE, Refusal.BAD_TIME: MACHINE}
LISTED = tuple(CARDS[name] for name in ("machine", "client", "raised"))

HOUR = timedelta(hours=1)
WAYS = tuple(
    WayLine(number, "seven", f"SMS by seven …471{number}", state, (120, 0, None)[number % 3], (None, 3600)[number % 2])
    for number, state in enumerate(WayState)
)
DUTIES = (
    OnDuty("Payments", "U0ALICE", NOW + HOUR, "U0BOB"),
    OnDuty("Search", None, NOW + HOUR, "U0BOB"),
    OnDuty("Nights", "U0BOB", NOW + HOUR, None, by_override=True),
    OnDuty("Always", "U0CHARLIE", None, None, reachable=False),
)
ROSTER = Roster(
    "Payments",
    (
        DutyLine(NIGHT, NIGHT + HOUR, "U0ALICE"),
        DutyLine(NIGHT + HOUR, NIGHT + 2 * HOUR, "U0BOB", by_override=True, instead_of="U0ALICE"),
        DutyLine(NIGHT + 2 * HOUR, NIGHT + 3 * HOUR, None),
        DutyLine(NIGHT + 3 * HOUR, NIGHT + 4 * HOUR, "U0BOB", by_override=True),
    ),
    days=14,
    calendar="https://heed.example/calendars/abc.ics",
)
SILENCE = SilenceLine(
    3, 'team=~"sea.*", severity="high"', NIGHT, NOW + HOUR, "U0ALICE", "Deploy of the index", applied=False, held=2
)
QUALITY = Quality(14, 9, 3, 2, 410, 41, 52300, 1.234, 41.7)
SENT = {
    "server": "http://llm.example/v1",
    "model": "a-model",
    "messages": [{"role": "system", "content": "Rate it."}, {"role": "user", "content": "<!channel> *we* " * 200}],
}
WAITING = {
    "id": 13, "client": "Acme", "title": "Acme is not amused", "channel": "C0ACME", "link": CLIENT.link,
    "opened": NIGHT.isoformat(),
}  # fmt: skip

MESSAGES: dict[str, Callable[[], Rendered]] = {
    **{f"page_{name}": partial(alert.page, paged(card)) for name, card in CARDS.items()},
    "page_escalation": lambda: alert.page(paged(MACHINE, PageKind.ESCALATION)),
    "page_nobody_answered": lambda: alert.page(paged(EXHAUSTED, PageKind.EXHAUSTED)),
    "page_nobody_reachable": lambda: alert.page(paged(MACHINE, PageKind.UNREACHABLE)),
    "page_misconfigured": lambda: alert.page(paged(MACHINE, PageKind.MISCONFIGURED)),
    "page_reminder": lambda: alert.page(paged(TIMED, PageKind.REMINDER)),
    "page_reminder_then_snoozed": lambda: alert.page(paged(SNOOZED, PageKind.REMINDER)),
    "page_open_again": lambda: alert.page(paged(OPENED_AGAIN, PageKind.OPEN_AGAIN)),
    "page_open_again_then_acknowledged": lambda: alert.page(paged(ACKNOWLEDGED, PageKind.OPEN_AGAIN)),
    "page_runaway": lambda: alert.page(paged(MACHINE, PageKind.RUNAWAY)),
    "list": lambda: alert.page_list([paged(card) for card in ALL]),
    "list_of_many": lambda: alert.page_list([many(number) for number in range(40)]),
    "list_all_answered": lambda: alert.page_list([paged(RESOLVED), paged(replace(CARDS["acknowledged"], id=11))]),
    "alerts": lambda: replies.alerts(Listing(LISTED, has_more=True), NOW, mine=False),
    "alerts_that_wait": lambda: replies.alerts(Listing((SILENCED, SNOOZED)), NOW, mine=False),
    "roster": lambda: duty.roster(ROSTER),
    "left_the_building": lambda: marks.sent(13, [SENT]),
    "way_tested": lambda: notices.notice("way", {"task": "test", "label": "SMS by seven …4711", "why": ""}),
    "way_not_sent": lambda: notices.notice(
        "way", {"task": "code", "label": "SMS by seven …4711", "why": "the service cannot be reached"}
    ),
    "way_unclear": lambda: notices.notice(
        "way", {"task": "code", "label": "ntfy", "why": "it may have arrived, no answer within 10 seconds"}
    ),
    "digest": lambda: notices.notice(
        "digest", {"open": 3, "alerts": [WAITING, {**WAITING, "link": "", "channel": ""}]}
    ),
    "alerts_none": lambda: replies.alerts(Listing((RESOLVED,)), NOW, mine=True),
}
VIEWS: dict[str, Callable[[], Block]] = {
    "home_dashboard": lambda: home.home(dashboard(LISTED)),
    "home_closed": lambda: home.home(
        dashboard((RESOLVED,), wanted=Filter(Status.RESOLVED, Severity.CRITICAL, page=2), has_more=True)
    ),
    "home_empty": lambda: home.home(dashboard(())),
    "home_that_waits": lambda: home.home(dashboard((SILENCED, replace(SNOOZED, id=13)))),
    "home_member": lambda: home.home(dashboard((RAISED,), stats=None)),
    "modal_ways": lambda: ways.opened(WAYS, "Saved. It counts for pages from now on."),
    "modal_ways_none": lambda: ways.opened(()),
    "modal_ways_of_another": lambda: ways.of_another("U0CHARLIE", WAYS[:1]),
    "modal_way_add": lambda: ways.add_form(),
    "modal_way_add_telegram": lambda: ways.add_form("tgram"),
    "modal_way_change": lambda: ways.change_form(WAYS[0]),
    "modal_way_code": lambda: ways.code_form(7, "Telegram …4711"),
    "modal_resolve": lambda: modals.resolve(MACHINE, {"alert": 12, "epoch": 1}, notes="Restarted it."),
    "modal_false_positive": lambda: modals.false_positive(CLIENT, {"alert": 13, "epoch": 1}),
    "modal_snooze": lambda: further.snooze(MACHINE, {"alert": 12, "epoch": 1}),
    "modal_give": lambda: further.give(CLIENT, {"alert": 13, "epoch": 1}),
    "modal_note": lambda: further.note(MACHINE, {"alert": 12, "epoch": 1}),
    "modal_missed": lambda: marks.missed({"channel": "C0ACME", "ts": "1.0"}),
    "modal_draft": lambda: draft.form(CLIENT, "I will call you <today>.", {"alert": 13, "epoch": 1}),
    "modal_draft_without_a_suggestion": lambda: draft.form(CLIENT, "", {"alert": 13, "epoch": 1}),
    "modal_raise": lambda: modals.raise_alert(),
    "modal_raise_from_message": lambda: modals.raise_alert("Door is open", "The door\nis open", "https://x.example"),
}
TEXTS: dict[str, Callable[[], Any]] = {
    "help": lambda: replies.help_text(),
    "help_unknown": lambda: replies.help_text("reslove"),
    "admins": lambda: replies.admins(["U0ALICE", "U0BOB"]),
    "on_call": lambda: home.on_call_text(dashboard(()).on_call),
    "timeline": lambda: replies.timeline(details_of(RESOLVED)),
    "timeline_of_every_kind": lambda: replies.timeline(every_entry()),
    "quality": lambda: marks.quality(QUALITY),
    "quality_of_nothing": lambda: marks.quality(Quality(0, 0, 0, 0, 0, 0, 0, 0.0, None)),
    "quality_of_the_classifier": lambda: marks.quality(Quality(1, 0, 0, 0, 5, 0, 0, 0.0, None)),
    "marked_as_missed": lambda: marks.marked("critical"),
    "draft_sent": lambda: draft.reply("I will call <!channel> & you.", "Alice *A*"),
    "schedules": lambda: duty.schedule_list(DUTIES),
    "schedules_none": lambda: duty.schedule_list(()),
    "which_schedule": lambda: duty.which_schedule(["Payments", "Search"], "Searhc"),
    "override": lambda: duty.overridden("Payments", "U0BOB", NIGHT, NOW, ROSTER.lines),
    "override_of_nobody": lambda: duty.overridden("Payments", "U0BOB", NIGHT, NOW, ROSTER.lines[2:]),
    "override_of_oneself": lambda: duty.overridden("Payments", "U0ALICE", NIGHT, NOW, ROSTER.lines[:1]),
    "override_not_allowed": lambda: duty.may_not_override("Payments"),
    "silence_made": lambda: quiet.made(SILENCE, NOW),
    "silence_to_come": lambda: quiet.made(replace(SILENCE, starts_at=NOW + HOUR, held=0), NOW),
    "silence_ended": lambda: quiet.ended(3, 1),
    "silence_taken_back": lambda: quiet.ended(3, 0, had_begun=False, file="heed.yml"),
    "silences": lambda: quiet.silences([SILENCE, replace(SILENCE, by="rules.yml", applied=True, why="")], NIGHT),
    "silences_none": lambda: quiet.silences([], NOW),
    "silence_not_understood": lambda: quiet.not_understood("say first which alerts."),
    "refusal_pass_on_acknowledged": lambda: alert.refusal(Refusal.ALREADY, ACKNOWLEDGED, Answer.PASS_ON),
    **{f"refusal_{why.name.lower()}": partial(alert.refusal, why, RESOLVED) for why in Refusal if why not in ON_LIVE},
    **{f"refusal_{why.name.lower()}": partial(alert.refusal, why, card) for why, card in ON_LIVE.items()},
}


def many(number: int) -> PageCard:
    return paged(replace(MACHINE, id=100 + number))


@pytest.mark.parametrize("name", MESSAGES)
def test_messages(name: str) -> None:
    made = MESSAGES[name]()
    check_message(made)
    check_markup(made)
    check_golden(name, plain(made))


@pytest.mark.parametrize("name", VIEWS)
def test_home_and_modals(name: str) -> None:
    made = VIEWS[name]()
    check_view(made)
    check_markup(made)
    check_golden(name, made)


@pytest.mark.parametrize("name", TEXTS)
def test_replies(name: str) -> None:
    made = TEXTS[name]()
    check_markup(made)
    if isinstance(made, list):
        assert problems(made, "message") == []
    check_golden(name, made)


def test_no_golden_file_is_left_over() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == {*MESSAGES, *VIEWS, *TEXTS}
