"""Every view against its golden JSON and against Slack's limits."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bot.views import alert, home, modals, replies
from bot.views.parts import Block, Rendered
from models.answer import Refusal
from models.card import Filter, Listing, PageCard
from models.words import PageKind, Severity, Status
from simulator.blocks import problems
from tests.bot.golden import FOLDER, check_golden
from tests.bot.views.cards import (
    CARDS,
    CLIENT,
    EXHAUSTED,
    MACHINE,
    NOW,
    RAISED,
    RESOLVED,
    check_markup,
    check_message,
    check_view,
    dashboard,
    details_of,
    paged,
    plain,
)

ALL = tuple(replace(card, id=20 + number) for number, card in enumerate(CARDS.values()))
LISTED = tuple(CARDS[name] for name in ("machine", "client", "raised"))

MESSAGES: dict[str, Callable[[], Rendered]] = {
    **{f"page_{name}": partial(alert.page, paged(card)) for name, card in CARDS.items()},
    "page_escalation": lambda: alert.page(paged(MACHINE, PageKind.ESCALATION)),
    "page_nobody_answered": lambda: alert.page(paged(EXHAUSTED, PageKind.EXHAUSTED)),
    "page_nobody_reachable": lambda: alert.page(paged(MACHINE, PageKind.UNREACHABLE)),
    "page_misconfigured": lambda: alert.page(paged(MACHINE, PageKind.MISCONFIGURED)),
    "list": lambda: alert.page_list([paged(card) for card in ALL]),
    "list_of_many": lambda: alert.page_list([many(number) for number in range(40)]),
    "list_all_answered": lambda: alert.page_list([paged(RESOLVED), paged(replace(CARDS["acknowledged"], id=11))]),
    "alerts": lambda: replies.alerts(Listing(LISTED, has_more=True), NOW, mine=False),
    "alerts_none": lambda: replies.alerts(Listing((RESOLVED,)), NOW, mine=True),
}
VIEWS: dict[str, Callable[[], Block]] = {
    "home_dashboard": lambda: home.home(dashboard(LISTED)),
    "home_closed": lambda: home.home(
        dashboard((RESOLVED,), wanted=Filter(Status.RESOLVED, Severity.CRITICAL, page=2), has_more=True)
    ),
    "home_empty": lambda: home.home(dashboard(())),
    "home_member": lambda: home.home(dashboard((RAISED,), stats=None)),
    "modal_resolve": lambda: modals.resolve(MACHINE, {"alert": 12, "epoch": 1}, notes="Restarted it."),
    "modal_false_positive": lambda: modals.false_positive(CLIENT, {"alert": 13, "epoch": 1}),
    "modal_raise": lambda: modals.raise_alert(),
    "modal_raise_from_message": lambda: modals.raise_alert("Door is open", "The door\nis open", "https://x.example"),
}
TEXTS: dict[str, Callable[[], Any]] = {
    "help": lambda: replies.help_text(),
    "help_unknown": lambda: replies.help_text("reslove"),
    "admins": lambda: replies.admins(["U0ALICE", "U0BOB"]),
    "on_call": lambda: home.on_call_text(dashboard(()).on_call),
    "timeline": lambda: replies.timeline(details_of(RESOLVED)),
    **{f"refusal_{why.name.lower()}": partial(alert.refusal, why, RESOLVED) for why in Refusal},
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
