"""Sources in Slack: whatever a source is called or was sent, the messages are sound and show no secret."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from bot.sources.kinds import addable, kinds
from bot.views import sources as view
from bot.views.parts import Block, Rendered
from models.intake import RequestLine, SignalLine, SourceDetails, SourceLine
from models.words import Severity
from tests.bot.views import cards
from tests.bot.views.cards import NOW, check_markup, check_message
from tests.bot.views.test_hostile import TEXTS

TOOLS = {kind: each.name for kind, each in kinds().items()}
TOKEN = "k" * 32


def line(name: str = "prod", **more: Any) -> SourceLine:
    return SourceLine(7, "datadog", name, NOW, **more)


def check_view(made: Block) -> None:
    """Sound as a window; these remember nothing."""
    cards.check_view({"private_metadata": "", **made})


def full(text: str) -> SourceDetails:
    signals = (
        SignalLine(NOW, text, True, Severity.LOW, "open", 12),
        SignalLine(NOW, text, False, Severity.LOW, text, None),
    )
    wrong = (RequestLine(NOW, "unreadable", text, 3),)
    there = line(text, last_signal_at=NOW, previous_until=NOW + timedelta(hours=1), is_signed=True, unreadable=2,
                 allowed_from=("192.0.2.0/24",) * 30)  # fmt: skip
    return SourceDetails(there, signals, wrong * 5, wrong * 5, RequestLine(NOW, "accepted", body=text * 40))


@settings(max_examples=30)
@given(TEXTS)
def test_hostile_texts_are_harmless(text: str) -> None:
    check_message(view.details(full(text), "Datadog", f"https://x/{text}", NOW, is_admin=True))
    check_markup(view.listing([line(text, refused=3)] * 60, TOOLS, NOW))
    check_markup(view.which([("datadog", text)] * 20, text))
    check_markup(view.which([], text))
    check_markup(view.tested(12, text, [text] * 9))
    check_view(view.made(view.Address(7, text, text, text, text, text, NOW)))


@pytest.mark.parametrize("kind", sorted(addable()))
def test_the_address_and_the_whole_configuration_can_be_copied(kind: str) -> None:
    each = addable()[kind]
    new = view.Address(
        7, each.name, "prod", each.address("https://heed.example", TOKEN),
        each.configuration("https://heed.example", TOKEN), TOKEN if each.has_key else "",
    )  # fmt: skip
    made = view.made(new)
    check_view(made)
    pasted = [block["elements"][0]["elements"][0]["text"] for block in made["blocks"] if block["type"] == "rich_text"]
    assert pasted == [new.address, *([TOKEN] if each.has_key else []), new.snippet]


def test_the_form_offers_every_tool() -> None:
    made = view.form({kind: each.name for kind, each in addable().items()}, "alertmanager")
    check_view(made)
    options = made["blocks"][0]["element"]["options"]
    assert {each["value"] for each in options} == addable().keys()
    assert made["blocks"][0]["element"]["initial_option"]["value"] == "alertmanager"


def test_an_empty_list_says_how_to_begin() -> None:
    assert "Add a source" in view.listing([], TOOLS, NOW)
    assert view.listing([line()], TOOLS, NOW).startswith("• *prod* (Datadog): no signal yet\n")


def test_buttons_are_for_those_who_may() -> None:
    def labels(shown: Rendered) -> list[str]:
        return [each["text"]["text"] for block in shown.blocks for each in block.get("elements", ())
                if each.get("type") == "button"]  # fmt: skip

    details = SourceDetails(line())
    assert labels(view.details(details, "Datadog", "https://x", NOW, is_admin=True)) == [
        "Send a test signal", "New secret"
    ]  # fmt: skip
    assert labels(view.details(details, "Datadog", "https://x", NOW, is_admin=False)) == ["Send a test signal"]
    assert labels(view.details(details, "Watched channel", "", NOW, is_admin=True, has_test=False)) == []
