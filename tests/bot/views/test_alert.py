"""What an alert's messages tell: the whole story in the text, the right buttons, the loser of a race."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views import draft
from bot.views.alert import ACTION_IDS, page, page_list, read_value, refusal, standing, value_of
from bot.views.further import What, menu, read_choice
from bot.views.home import dump_filter, load_filter
from bot.views.modals import values
from bot.views.parts import Block, at, on
from models.answer import Answer, Refusal
from models.card import Card, Filter, PageCard
from models.words import Origin, PageKind, Severity, Status
from tests.bot.views.cards import (
    ACKNOWLEDGED,
    CARDS,
    CLIENT,
    EXHAUSTED,
    IN_CHANNEL,
    MACHINE,
    NIGHT,
    NOTED,
    NOW,
    OPENED_AGAIN,
    RESOLVED,
    SILENCED,
    SNOOZED,
    TEST,
    TIMED,
    paged,
)
from tests.world import buttons

HOUR = timedelta(hours=1)
LIVE = [card for name, card in CARDS.items() if name != "test"]


@pytest.mark.parametrize("card", LIVE, ids=[name for name in CARDS if name != "test"])
def test_the_text_alone_tells_severity_number_title_and_who_answered(card: Card) -> None:
    text = page(paged(card)).text
    assert f"{card.severity.label.capitalize()}" in text
    assert f"#{card.id}" in text
    assert card.title in text
    answered_by = card.closed_by or card.acknowledged_by
    if answered_by and not (card.closed_at and not card.closed_by):
        assert f"<@{answered_by}>" in text
    if card.status is Status.RESOLVED and not card.closed_by:
        assert "Resolved by its source" in text


def test_the_text_quotes_a_client_and_says_what_to_do() -> None:
    text = page(paged(CLIENT)).text
    for words in ("Acme", "terminating the contract", "Suggested: Call them today.", "Acknowledge to stop"):
        assert words in text


def test_the_text_of_an_answered_alert_begins_with_the_answer_and_asks_for_none() -> None:
    text = page(paged(ACKNOWLEDGED)).text
    assert text.startswith("Acknowledged by <@U0ALICE>")
    assert "Acknowledge to stop" not in text


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (PageKind.EXHAUSTED, "Nobody has answered"),
        (PageKind.UNREACHABLE, "Nobody could be reached"),
        (PageKind.MISCONFIGURED, "cannot be escalated"),
    ],
)
def test_a_message_about_the_escalation_itself_says_why_it_came(kind: PageKind, words: str) -> None:
    made = page(paged(EXHAUSTED, kind))
    assert words in made.text
    assert words in str(made.blocks)


def test_even_a_title_of_endless_length_leaves_severity_number_and_answer_in_the_text() -> None:
    text = page(paged(replace(ACKNOWLEDGED, title="x" * 9000))).text
    assert len(text) <= 4000
    for words in ("Critical", "#12", "<@U0ALICE>"):
        assert words in text


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_each_button_is_one_that_the_card_offers_and_carries_alert_and_epoch(card: Card) -> None:
    made = buttons(page(paged(card)).blocks)
    drafted = [draft.DRAFT] if card.origin is Origin.CLIENT else []
    assert [each["action_id"] for each in made] == [*(ACTION_IDS[answer] for answer in card.answers), *drafted]
    assert len(made) <= 5
    assert {read_value(each["value"]) for each in made} <= {(card.id, card.epoch)}


def test_a_list_names_the_worst_in_its_text_and_acknowledges_only_what_is_open() -> None:
    cards = [replace(MACHINE, id=number, title=f"pod {number}") for number in range(1, 21)]
    cards[2] = replace(ACKNOWLEDGED, id=3)
    made = page_list([paged(card) for card in cards])
    assert made.text.startswith("19 alerts need an answer: #1 pod 1, #2 pod 2, #4 pod 4")
    offered = [read_value(each["value"])[0] for each in buttons(made.blocks)]
    assert offered == [1, 2, *range(4, 13)]
    assert "and 8 more" in str(made.blocks)


def test_a_list_of_one_open_alert_counts_one() -> None:
    assert page_list([paged(MACHINE), paged(replace(RESOLVED, id=2))]).text.startswith("1 alert needs an answer")
    assert page_list([paged(RESOLVED)]).text == "All 1 alerts here are answered"


def test_a_test_page_tells_how_long_it_took() -> None:
    assert "0.42 s" in str(page(paged(TEST)).blocks)


@pytest.mark.parametrize("why", Refusal)
def test_a_refusal_names_the_alert_and_how_it_stands(why: Refusal) -> None:
    told = refusal(why, RESOLVED)
    assert "#12" in told
    if why in (Refusal.OUTDATED, Refusal.CLOSED):
        assert "Resolved by <@U0BOB>" in told
    if why is Refusal.ALREADY:
        assert "<@U0ALICE>" in refusal(why, ACKNOWLEDGED)


@pytest.mark.parametrize(
    ("why", "card", "answer", "told"),
    [
        (
            Refusal.ALREADY,
            SNOOZED,
            Answer.ACKNOWLEDGE,
            f"Nothing to do for #12. Acknowledged by <@U0ALICE>, {at(NOW)} · snoozed until {on(NOW + 2 * HOUR)}.",
        ),
        (
            Refusal.ALREADY,
            ACKNOWLEDGED,
            Answer.PASS_ON,
            f"#12 is acknowledged, so it is not passed on. Acknowledged by <@U0ALICE>, {at(NOW)}. "
            "`/heed give-back 12` pages the next level.",
        ),
        (
            Refusal.OUTDATED,
            ACKNOWLEDGED,
            Answer.SNOOZE,
            f"#12 has changed since this message was drawn, so nothing was done. "
            f"Acknowledged by <@U0ALICE>, {at(NOW)}.",
        ),
        (
            Refusal.NOT_ACKNOWLEDGED,
            EXHAUSTED,
            Answer.GIVE_BACK,
            "Nobody has acknowledged #12, so there is nothing to give back. "
            f"Paged: <@U0ALICE>, <@U0BOB> · nobody answered, escalation ended {at(NOW)}.",
        ),
        (
            Refusal.BAD_TIME,
            MACHINE,
            Answer.SNOOZE,
            "#12 can be snoozed for 30 days at most, and not into the past. Nothing has changed.",
        ),
        (Refusal.CLOSED, RESOLVED, Answer.SNOOZE, f"Nothing to do for #12. Resolved by <@U0BOB>, {at(NOW)}."),
    ],
)
def test_the_exact_words_of_a_refusal(why: Refusal, card: Card, answer: Answer, told: str) -> None:
    assert refusal(why, card, answer) == told


@given(st.integers(1, 2**62), st.integers(1, 2**31))
def test_a_buttons_value_is_read_back(number: int, epoch: int) -> None:
    assert read_value(value_of(replace(MACHINE, id=number, epoch=epoch))) == (number, epoch)


@pytest.mark.parametrize("value", ["", "12", "[]", "{}", '{"alert": 1}', '{"alert": null, "epoch": 1}', "null", "{"])
def test_another_value_is_refused(value: str) -> None:
    with pytest.raises(ValueError):
        read_value(value)


@given(
    st.builds(Filter, st.none() | st.sampled_from(Status), st.none() | st.sampled_from(Severity), st.integers(0, 99))
)
def test_a_filter_survives_the_private_metadata(wanted: Filter) -> None:
    assert load_filter(dump_filter(wanted)) == wanted


JSON = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.booleans())


FILTERS = st.fixed_dictionaries({}, optional={"status": JSON, "severity": JSON, "page": JSON})


@given(st.text() | FILTERS.map(json.dumps))
def test_unreadable_metadata_means_no_filter(stored: str) -> None:
    assert isinstance(load_filter(stored), Filter)


@pytest.mark.parametrize("stored", ['{"page": null}', '{"page": 1e999}', '{"page": []}', '{"status": []}', "[]", "7"])
def test_metadata_of_another_shape_means_no_filter(stored: str) -> None:
    assert load_filter(stored) == Filter()


def test_what_was_entered_is_read_by_block_whatever_the_element() -> None:
    entered = {
        "title": {"title": {"value": "Door is open"}},
        "details": {"details": {"value": None}},
        "severity": {"severity": {"selected_option": {"value": "high"}}},
        "person": {"person": {"selected_user": "U0BOB"}},
        "nobody": {"person": {"selected_user": None}},
    }
    assert values({"state": {"values": entered}}) == {
        "title": "Door is open",
        "details": "",
        "severity": "high",
        "person": "U0BOB",
        "nobody": "",
    }


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_every_answer_that_a_card_offers_has_a_button_or_a_place_in_the_menu(card: Card) -> None:
    assert set(card.answers) <= set(ACTION_IDS)
    chosen = [read_choice(each["value"]) for each in options(page(paged(card)).blocks)]
    assert all((each.alert_id, each.epoch, each.seen) == (card.id, card.epoch, card.status) for each in chosen)
    offered = {ANSWERED_BY.get(each.what) for each in chosen} - {None}
    assert offered == set(card.further_answers)


ANSWERED_BY = {
    What.SNOOZE: Answer.SNOOZE,
    What.SNOOZE_SHORTLY: Answer.SNOOZE,
    What.GIVE: Answer.REASSIGN,
    What.GIVE_BACK: Answer.GIVE_BACK,
}


def options(blocks: list[Block]) -> list[Block]:
    """The options of the menus in these blocks."""
    return [
        option
        for block in blocks
        for each in block.get("elements", ())
        if each.get("type") == "overflow"
        for option in each["options"]
    ]


def test_in_home_the_menu_leaves_the_details_to_their_button() -> None:
    assert read_choice(menu(MACHINE)[0]["options"][-1]["value"]).what is What.DETAILS
    assert read_choice(menu(MACHINE, details=False)[0]["options"][-1]["value"]).what is What.NOTE
    assert menu(RESOLVED) == menu(TEST) == []


@pytest.mark.parametrize("value", ["", "[]", "{}", '{"alert": 1}', '{"what": "dance"}', "null", '{"what": []}'])
def test_another_choice_is_refused(value: str) -> None:
    with pytest.raises(ValueError):
        read_choice(value)


@pytest.mark.parametrize(
    ("card", "line"),
    [
        (SNOOZED, f"Acknowledged by <@U0ALICE>, {at(NOW)} · snoozed until {on(NOW + 2 * HOUR)}"),
        (TIMED, f"Acknowledged by <@U0ALICE>, {at(NOW)} · open again if not resolved by {on(NOW + HOUR)}"),
        (SILENCED, f"Silenced until {on(NOW + 2 * HOUR)} · Nobody is paged yet"),
        (
            replace(SNOOZED, silenced_until=NOW + 3 * HOUR),
            f"Acknowledged by <@U0ALICE>, {at(NOW)} · silenced until {on(NOW + 3 * HOUR)}",
        ),
        (
            IN_CHANNEL,
            "Paged: <@U0ALICE>, <#C0OPS>, <#G0SECRET> · level 1 of 2, lap 1 of 3 · goes on at "
            + at(NIGHT + timedelta(minutes=5)),
        ),
        (
            replace(IN_CHANNEL, level=2, lap=3),
            "Paged: <@U0ALICE>, <#C0OPS>, <#G0SECRET> · level 2 of 2, lap 3 of 3 · if nobody answers, "
            "admins are told at " + at(NIGHT + timedelta(minutes=5)),
        ),
    ],
)
def test_one_line_tells_how_an_alert_stands(card: Card, line: str) -> None:
    assert standing(card) == line


def test_a_reminder_asks_whoever_acknowledged_and_nobody_else() -> None:
    asked = (
        f"<@U0ALICE>, you acknowledged this and it is not resolved. Without an answer it is open again "
        f"{on(NOW + HOUR)}: resolve it, snooze it, or give it back."
    )
    made = page(paged(TIMED, PageKind.REMINDER))
    assert made.text.startswith(asked)
    assert made.text.count("acknowledged this") == 1
    assert asked in str(made.blocks).replace("*", "")
    later = page(paged(SNOOZED, PageKind.REMINDER))
    assert "not resolved" not in later.text + str(later.blocks)
    assert later.text.startswith("Acknowledged by <@U0ALICE>")


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("the snooze is over", "Nobody has it any more: the snooze is over, so it is open again."),
        (
            "acknowledged, but not resolved in time",
            "Nobody has it any more: acknowledged, but not resolved in time, so it is open again.",
        ),
    ],
)
def test_what_is_open_again_says_why(why: str, words: str) -> None:
    assert words in page(paged(replace(OPENED_AGAIN, opened_again=why), PageKind.OPEN_AGAIN)).text


def test_a_runaway_tells_what_to_check() -> None:
    text = page(paged(MACHINE, PageKind.RUNAWAY)).text
    assert "This alert paged 10 levels within a minute. It was braked and goes on at" in text
    assert "Check the timeouts of policy Nights." in text


def test_the_newest_note_is_told_in_one_quoted_line() -> None:
    made = page(paged(replace(NOTED, newest_note="Full\n<!channel> *again*")))
    assert "Note by <@U0CHARLIE>: “Full &lt;!channel&gt; again”" in made.text
    assert "Note by <@U0CHARLIE>: “Full &lt;!channel&gt; again”" in str(made.blocks)


@pytest.mark.parametrize(
    ("source", "name", "who"),
    [
        ("opsgenie prod", "alice@example.com", "alice@example.com (opsgenie prod)"),
        ("opsgenie prod", "", "opsgenie prod"),
        ("opsgenie prod", "<@U0BOB> *x*", "&lt;@U0BOB&gt; x (opsgenie prod)"),
        ("", "", "somebody"),
    ],
)
def test_an_acknowledge_from_elsewhere_names_its_source(source: str, name: str, who: str) -> None:
    elsewhere = replace(ACKNOWLEDGED, acknowledged_by=None, acknowledged_from=name, source=source)
    made = page(paged(elsewhere))
    assert made.text.startswith(f"Acknowledged by {who}, <!date^")
    assert f"Acknowledged by {who}, <!date^" in str(made.blocks)


@pytest.mark.parametrize(("name", "who"), [("zabbix", "zabbix"), ("**", "somebody")])
def test_a_note_from_elsewhere_names_whoever_its_source_names(name: str, who: str) -> None:
    made = page(paged(replace(NOTED, notes_by=None, notes_from=name, newest_note="again")))
    assert f"Note by {who}: “again”" in made.text


def test_a_silenced_alert_asks_for_nothing() -> None:
    text = page(paged(SILENCED)).text
    assert "Acknowledge to stop" not in text
    assert "Silenced until" in text


@pytest.mark.parametrize(
    ("parts", "firing", "new", "titles", "told"),
    [
        (1, 1, 0, ("web-1 is down",), "*1 part is firing*: web-1 is down"),
        (
            40,
            40,
            0,
            ("web-1 is down", "web-2 is down"),
            "*40 parts are firing*: web-1 is down, web-2 is down and 38 more",
        ),
        (40, 2, 3, ("a <!here>", "b"), "*2 of 40 parts still firing* · +3 since acknowledged: a &lt;!here&gt;, b"),
        (40, 0, 0, (), "*0 of 40 parts still firing*"),
    ],
)
def test_a_group_tells_how_many_of_its_parts_still_fire_and_which(
    parts: int, firing: int, new: int, titles: tuple[str, ...], told: str
) -> None:
    card = replace(MACHINE, parts=parts, parts_open=firing, parts_new=new, part_titles=titles)
    drawn = page(PageCard(card, PageKind.NEW))
    assert told in json.dumps(drawn.blocks, ensure_ascii=False)
    assert told.replace("*", "") in drawn.text
