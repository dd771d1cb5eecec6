"""Whatever the outside writes: never a mention, a link or an instruction of it, and always within Slack's limits."""

import json
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views import alert, draft, duty, further, home, marks, modals, notices, quiet, replies
from bot.views.parts import Rendered, clean, code, cut, escape, first_lines, quoted, safe_link, typed
from models.answer import Refusal
from models.card import (
    Card,
    Details,
    DutyLine,
    Listing,
    OnCallLevel,
    OnDuty,
    PageCard,
    Roster,
    SilenceLine,
    TimelineEntry,
)
from models.words import Origin, PageKind, Severity, Status
from simulator.blocks import problems
from tests.bot.views.cards import (
    EVERY_ENTRY,
    NIGHT,
    NOW,
    RESOLVED,
    check_markup,
    check_message,
    check_view,
    dashboard,
    details_of,
    paged,
)

HOSTILE = [
    "<!channel>", "<!here|here>", "<@U0ALICE>", "<#C0OPS>", "<https://evil.example|click>", "<!subteam^S1>", "&lt;",
    "&", "*bold*", "_", "~", "`", ">quote", "\n", "\r\n", "\t", "\x00", "\x1b[31m", "\u202e", "\u200b", "\u2066",
    "\u061c", "\u206a", "\ufeff", "\U000e0041", "|", "]", "{date}", "<!date^0^{date}|x>", "ß", "汉", "😀",
    "e\u0301", " ",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(HOSTILE), max_size=8).map("".join),
    st.builds(lambda piece, count: piece * count, st.sampled_from(HOSTILE), st.integers(1, 900)),
)
LINKS = st.one_of(
    st.sampled_from(
        ["https://ok.example/a?b=c&d=e", "javascript:alert(1)", "https://x y", "https://e.example/|x>y", ""]
    ),
    TEXTS.map(lambda text: f"https://e.example/{text}"),
    TEXTS,
)
PEOPLE = st.lists(st.sampled_from(["U0ALICE", "U0BOB", "U0CHARLIE"]), max_size=30).map(tuple)
MOMENTS = st.just(NOW)
CARDS = st.builds(
    Card,
    id=st.integers(1, 2**40),
    origin=st.sampled_from(Origin),
    status=st.sampled_from(Status),
    severity=st.sampled_from(Severity),
    epoch=st.just(1),
    revision=st.just(1),
    title=TEXTS,
    opened_at=st.just(NIGHT),
    last_seen_at=MOMENTS,
    details=TEXTS,
    client=TEXTS,
    client_tier=TEXTS,
    client_owner=st.sampled_from([None, "U0BOB"]),
    client_renews=st.none() | st.just(NOW.date()),
    channel=st.sampled_from(["", "C0ACME"]),
    disagreement=TEXTS,
    excerpt=TEXTS,
    indicators=st.lists(TEXTS, max_size=15).map(tuple),
    suggested_action=TEXTS,
    link=LINKS,
    labels=st.dictionaries(TEXTS, TEXTS, max_size=12),
    source=TEXTS,
    raised_by=st.sampled_from([None, "U0CHARLIE"]),
    count=st.integers(1, 10**9),
    acknowledged_at=st.none() | MOMENTS,
    acknowledged_by=st.sampled_from([None, "U0BOB"]),
    acknowledged_from=TEXTS,
    closed_at=st.none() | MOMENTS,
    closed_by=st.sampled_from([None, "U0BOB"]),
    notes=TEXTS,
    paged=PEOPLE,
    policy=TEXTS,
    next_step_at=st.none() | MOMENTS,
    exhausted_at=st.none() | MOMENTS,
    snoozed_until=st.none() | MOMENTS,
    silenced_until=st.none() | MOMENTS,
    opens_again_at=st.none() | MOMENTS,
    opened_again=TEXTS,
    newest_note=TEXTS,
    notes_by=st.sampled_from([None, "U0CHARLIE"]),
    notes_from=TEXTS,
    reopenable=st.booleans(),
)
PAGED = st.builds(PageCard, card=CARDS, kind=st.sampled_from(PageKind))


def check_invisible(made: Any) -> None:
    """Nothing that cannot be seen or that turns the reading direction is left."""
    for char in set(json.dumps(made, ensure_ascii=False)) - {"\n", "\t"}:
        assert unicodedata.bidirectional(char) not in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        assert char not in "\u061c\u200b\u200e\u200f\u2060\ufeff\u180e", hex(ord(char))
        assert not "\u206a" <= char <= "\u206f"
        assert unicodedata.category(char) != "Cc"


def check(made: Rendered) -> None:
    check_message(made)
    check_markup(made)
    check_invisible({"text": made.text, "blocks": made.blocks})


@given(PAGED)
@settings(max_examples=80, deadline=None)
def test_pages(shown: PageCard) -> None:
    check(alert.page(shown))


@given(st.lists(PAGED, min_size=2, max_size=20, unique_by=lambda shown: shown.card.id))
@settings(max_examples=15, deadline=None)
def test_lists_of_pages(shown: list[PageCard]) -> None:
    check(alert.page_list(shown))


@given(st.lists(CARDS, max_size=10, unique_by=lambda card: card.id), st.booleans())
@settings(max_examples=15, deadline=None)
def test_home(cards: list[Card], is_admin: bool) -> None:
    data = dashboard(tuple(cards), has_more=True)
    view = home.home(data if is_admin else replace(data, stats=None))
    check_view(view)
    check_markup(view)
    check_invisible(view)


@given(st.lists(CARDS, max_size=10), st.booleans())
@settings(max_examples=15, deadline=None)
def test_what_heed_alerts_answers(cards: list[Card], mine: bool) -> None:
    check(replies.alerts(Listing(tuple(cards), has_more=True), NOW, mine))


@given(CARDS, TEXTS)
@settings(max_examples=30, deadline=None)
def test_modals(card: Card, notes: str) -> None:
    for view in (
        modals.resolve(card, {"alert": card.id}, notes),
        modals.false_positive(card, {"alert": card.id}),
        further.snooze(card, {"alert": card.id}),
        further.give(card, {"alert": card.id}),
        further.note(card, {"alert": card.id}),
        draft.form(card, notes, {"alert": card.id}),
        modals.raise_alert(notes, notes, "https://northwind.slack.com/archives/C0OPS/p1"),
    ):
        check_view(view)
        check_markup(view)


@given(TEXTS, st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=60, deadline=None)
def test_timelines_of_any_length(words: str, entries: int, receipts: int) -> None:
    blocks = replies.timeline(details_of(RESOLVED, entries, receipts, words))
    assert problems(blocks, "message") == []
    check_markup(blocks)
    shown = json.dumps(blocks)
    if entries:
        assert f"{int(NIGHT.timestamp()) + 60 * (entries - 1)}" in shown, "the newest entry is not shown"
    if receipts:
        assert f"level {receipts}, lap" in shown, "the newest receipt is not shown"


@given(TEXTS, TEXTS, st.integers(0, 60))
@settings(max_examples=40, deadline=None)
def test_schedules_and_overrides(name: str, calendar: str, count: int) -> None:
    duties = [OnDuty(f"{name}{number}", "U0ALICE", NOW, None) for number in range(count)]
    lines = [DutyLine(NIGHT, NOW, "U0ALICE" if number % 3 else None) for number in range(count)]
    made = duty.roster(Roster(name, tuple(lines), 14, calendar))
    check(made)
    for told in (
        duty.schedule_list(duties),
        duty.which_schedule([name] * count, name),
        duty.may_not_override(name),
        duty.overridden(name, "U0BOB", NIGHT, NOW, lines),
    ):
        check_markup(told)
        check_invisible(told)
        assert len(told) <= 3000


@given(TEXTS, TEXTS, TEXTS, st.integers(0, 60), st.booleans())
@settings(max_examples=40, deadline=None)
def test_silences(matchers: str, why: str, by: str, count: int, applied: bool) -> None:
    one = SilenceLine(1, matchers, NIGHT, NOW, by if applied else "U0ALICE", why, applied, count)
    for told in (quiet.made(one, NOW), quiet.silences([one] * count, NOW)):
        check_markup(told)
        check_invisible(told)
        assert len(told) <= 3000


@given(TEXTS, TEXTS, st.integers(1, 20))
@settings(max_examples=40, deadline=None)
def test_what_left_the_building(server: str, content: str, count: int) -> None:
    message = {"role": server, "content": content}
    check(marks.sent(1, [{"server": server, "model": server, "messages": [message] * count}]))


@given(TEXTS, LINKS, st.integers(1, 20))
@settings(max_examples=40, deadline=None)
def test_digests(words: str, link: str, count: int) -> None:
    each = {"id": 1, "client": words, "title": words, "channel": "C0ACME", "link": link, "opened": NIGHT.isoformat()}
    check(notices.notice("digest", {"open": count + 3, "alerts": [each] * count}))


@given(TEXTS, TEXTS)
def test_replies_that_people_send_mention_nobody(text: str, name: str) -> None:
    sent = draft.reply(text, name)
    assert "<" not in sent
    assert ">" not in sent
    check_invisible(sent)


@given(TEXTS, TEXTS)
def test_every_entry_of_a_history(kind: str, words: str) -> None:
    detail = dict.fromkeys(("why", "silence", "schedule", "matchers", "notes", "level", "lap"), words)
    kinds = [kind, *(each for each, _, _ in EVERY_ENTRY)]
    entries = tuple(TimelineEntry(NIGHT, each, "U0ALICE", {**detail, "to": "U0BOB"}) for each in kinds)
    check_markup(replies.timeline(Details(RESOLVED, entries, ())))


@given(TEXTS)
def test_an_unknown_subcommand_is_told_back_harmlessly(words: str) -> None:
    check_markup(replies.help_text(words).replace("`/heed page @person", ""))
    assert len(replies.help_text(words)) < 3000


def test_very_many_levels_and_people_fit() -> None:
    levels = tuple(OnCallLevel(number, tuple(f"U0{'A' * 9}" for _ in range(40)), 5) for number in range(1, 60))
    view = home.home(replace(dashboard(()), on_call=levels))
    check_view(view)
    check_markup(view)


@given(TEXTS)
def test_code_is_one_span_that_shows_every_sign(text: str) -> None:
    shown = code(text)
    assert not shown or (shown[0] == shown[-1] == "`" and "`" not in shown[1:-1])
    check_markup(shown)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("team=&quot;a&quot; &amp; &lt;b&gt;", "team=&quot;a&quot; & <b>"),
        ('host="<http://search.example|search.example>" 2h', 'host="search.example" 2h'),
        ("see <https://ok.example/a?b=c>", "see https://ok.example/a?b=c"),
        ("owner=<mailto:a@b.example|a@b.example>", "owner=a@b.example"),
        ("12 <@U0BOB|bob> <#C0OPS|ops>", "12 <@U0BOB|bob> <#C0OPS|ops>"),
    ],
)
def test_what_was_typed_is_read_without_slacks_brackets(sent: str, meant: str) -> None:
    assert typed(sent) == meant


@given(st.lists(st.text(max_size=20), max_size=30), st.integers(40, 300))
def test_the_first_lines_that_fit_and_how_many_more(lines: list[str], length: int) -> None:
    shown = first_lines(lines, length)
    assert len(shown) <= length
    if shown != "\n".join(lines):
        assert shown.splitlines()[-1].startswith("and ")


@given(TEXTS, st.integers(1, 300))
def test_quoted_is_one_short_line_without_marks(text: str, length: int) -> None:
    line = quoted(text, length)
    assert not set(line) & set("\n\r\t*_~`<>")
    assert len(line) <= 5 * length


@given(TEXTS)
def test_escaped_text_holds_no_bracket_and_reads_the_same(text: str) -> None:
    shown = escape(text)
    assert not set(shown) & set("<>")
    assert shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == clean(text)


@given(st.text(), st.integers(1, 100))
def test_cut_text_is_short_enough_and_says_that_it_was_cut(text: str, length: int) -> None:
    shown = cut(text, length)
    assert len(shown) <= length
    assert shown == text or shown.endswith("…")


@given(LINKS)
def test_only_whole_http_links_are_links(url: str) -> None:
    link = safe_link(url)
    if link:
        assert link.startswith(("http://", "https://"))
        assert not set(link) & set("<>|\n\r\t ")
        assert len(link) < 3000


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://x",
        "slack://x",
        " https://x",
        "https://x\n",
        "https://",
        "//x",
        "",
    ],
)
def test_other_links_are_no_links(url: str) -> None:
    assert safe_link(url) == ""


@given(CARDS)
@settings(max_examples=20, deadline=None)
def test_a_refusal_never_repeats_outside_text(card: Card) -> None:
    for why in Refusal:
        check_markup(alert.refusal(why, card))


def test_a_clients_name_cannot_mention_anybody_in_the_notification() -> None:
    hostile = replace(RESOLVED, status=Status.OPEN, client="<!channel>")
    assert "<!channel>" not in alert.page(paged(hostile)).text
