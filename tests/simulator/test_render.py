"""Blocks, mrkdwn and dates as HTML: pure functions, with hostile text everywhere."""

from __future__ import annotations

import re
from datetime import datetime
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.page.dates import TOKENS, format_date
from simulator.page.form import REQUIRED, element_value, find_element, problem, problems, state_values, with_state
from simulator.page.mrkdwn import plain_text, render_mrkdwn
from simulator.page.reader import Choice, Reader
from simulator.page.render import RENDERERS, Surface, render_blocks

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=BERLIN)
READER = Reader(
    user_id="U0ALICE",
    zone=BERLIN,
    now=NOON.timestamp(),
    users={"U0ALICE": "alice", "U0BOB": "bob"},
    channels={"C0ACME": "acme"},
    groups={"S0ONCALL": "oncall"},
    people=[Choice("U0ALICE", "Alice Moreau"), Choice("U0BOB", "Bob Lindqvist")],
    public_channels=[Choice("C0ACME", "#acme")],
    conversations=[Choice("C0ACME", "#acme"), Choice("U0BOB", "Bob Lindqvist")],
)
SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
ALLOWED_TAGS = {
    "a", "b", "blockquote", "br", "code", "details", "div", "figcaption", "figure", "h2", "h3", "hr", "i", "img",
    "input", "label", "li", "ol", "optgroup", "option", "p", "pre", "s", "select", "small", "span", "summary",
    "svg", "table", "td", "textarea", "th", "time", "tr", "u", "ul", "use", "button",
}  # fmt: skip


class Tags(HTMLParser):
    """Collects what a browser would see: tags, attributes, addresses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += attrs


def assert_harmless(text: str) -> None:
    tags = Tags(text)
    assert tags.names <= ALLOWED_TAGS
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    for name, value in tags.attributes:
        if name in ("href", "src"):
            assert re.match(r"(https?|mailto|tel):|/", value or ""), value


def mrkdwn(text: str, **options: Any) -> str:
    return str(render_mrkdwn(text, READER, **options))


def blocks(*items: dict[str, Any], surface: Surface | None = None) -> str:
    return str(render_blocks(items, READER, surface))


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _italic_ ~gone~ `code`", "<b>bold</b> <i>italic</i> <s>gone</s> <code>code</code>"),
        ("*bold and _both_*", "<b>bold and <i>both</i></b>"),
        ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
        ("* not bold * a", "* not bold * a"),
        ("`*not bold*`", "<code>*not bold*</code>"),
        ("one\ntwo", "one<br>two"),
        ("- a\n- b", "- a<br>- b"),
        ("&gt; quoted\nfree", "<blockquote>quoted</blockquote>free"),
        ("> raw quote", "<blockquote>raw quote</blockquote>"),
        ("&gt;&gt;&gt; all\nof it", "<blockquote>all<br>of it</blockquote>"),
        ("a ```x < *y*``` b", "a <pre>x &lt; *y*</pre> b"),
        ("a &amp; b &lt;c&gt;", "a &amp; b &lt;c&gt;"),
        ("&amp;lt;", "&amp;lt;"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("<@U0BOB>", '<span class="mention" data-user="U0BOB">@bob</span>'),
        ("<@U0ALICE|x>", '<span class="mention mine" data-user="U0ALICE">@alice</span>'),
        ("<@U9|carol>", '<span class="mention" data-user="U9">@carol</span>'),
        ("<!here>", '<span class="mention mine">@here</span>'),
        ("<!subteam^S0ONCALL>", '<span class="mention" data-group="S0ONCALL">@oncall</span>'),
        ("<#C9>", '<span class="mention">#private channel</span>'),
        ("<!unknown|label>", "label"),
        (":no_such_thing:", ":no_such_thing:"),
    ],
)
def test_mrkdwn(text: str, html: str) -> None:
    assert mrkdwn(text) == html


def test_links_open_elsewhere_and_never_run_anything() -> None:
    link = mrkdwn("<https://a.example/?x=1&amp;y=2|the *page*>")
    assert 'href="https://a.example/?x=1&amp;y=2"' in link
    assert 'target="_blank"' in link
    assert 'rel="noopener noreferrer"' in link
    assert ">the *page*</a>" in link
    assert mrkdwn("<javascript:alert(1)|click>") == "<span>click</span>"
    assert 'href="mailto:a@b.example"' in mrkdwn("<mailto:a@b.example|a@b.example>")
    assert "<a " in mrkdwn("see https://a.example/x.")
    assert "<a " not in mrkdwn("see https://a.example/x.", verbatim=True)


def test_links_into_the_workspace_stay_in_the_page() -> None:
    link = mrkdwn("<https://northwind.slack.com/archives/C0ACME/p1700000000000100|message>")
    assert 'href="/?as=U0ALICE&amp;channel=C0ACME&amp;message=1700000000.000100"' in link
    assert "data-nav" in link
    assert 'href="/?as=U0ALICE&amp;channel=C0ACME"' in mrkdwn("<#C0ACME|>")


def test_emoji_become_pictures_with_names() -> None:
    drawn = mrkdwn(":red_circle:")
    assert 'aria-label="red_circle"' in drawn
    assert "/sim/static/emoji.svg#circle-red" in drawn
    assert drawn == mrkdwn("🔴")
    assert "🚀" in mrkdwn(":rocket:")
    assert 'aria-label="+1"' in mrkdwn(":+1::skin-tone-3:")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="<>&|*_~`:!@#^{}\"'/ \nabtjs=+1U0", max_size=80))
def test_no_text_whatever_makes_html_of_its_own(text: str) -> None:
    assert_harmless(mrkdwn(text))
    plain_text(text, READER)


@pytest.mark.parametrize(
    "text",
    [SCRIPT, f"<https://a.example|{SCRIPT}>", f"<!date^1^{SCRIPT}^javascript:alert(1)|{SCRIPT}>", f"```{SCRIPT}```"],
)
def test_hostile_text_stays_text(text: str) -> None:
    assert_harmless(mrkdwn(text))
    assert "<script" not in mrkdwn(text)


@pytest.mark.parametrize(
    ("token", "text"),
    [
        ("{date_num}", "2026-03-10"),
        ("{date_slash}", "03/10/2026"),
        ("{date}", "March 10th, 2026"),
        ("{date_short}", "Mar 10, 2026"),
        ("{date_long}", "Tuesday, March 10th, 2026"),
        ("{date_pretty}", "Today"),
        ("{date_short_pretty} at {time}", "Today at 9:05 AM"),
        ("On {date_long_pretty}", "On today"),
        ("{time}", "9:05 AM"),
        ("{time_secs}", "9:05:07 AM"),
        ("{ago}", "2 hours ago"),
        ("{nonsense}", "{nonsense}"),
    ],
)
def test_date_tokens(token: str, text: str) -> None:
    moment = datetime(2026, 3, 10, 9, 5, 7, tzinfo=BERLIN)
    assert format_date(token, moment, NOON) == text


def test_every_date_token_has_an_answer() -> None:
    for token in TOKENS:
        assert "{" not in format_date(f"{{{token}}}", NOON, NOON)
    assert format_date("{date}", datetime(2026, 3, 22, tzinfo=BERLIN), NOON) == "March 22nd, 2026"
    assert format_date("{date}", datetime(2026, 3, 11, tzinfo=BERLIN), NOON) == "March 11th, 2026"
    assert format_date("{time}", datetime(2026, 3, 11, 0, 5, tzinfo=BERLIN), NOON) == "12:05 AM"


def test_dates_are_in_the_readers_time_zone() -> None:
    stamp = int(datetime(2026, 3, 10, 11, 30, tzinfo=BERLIN).timestamp())
    text = f"<!date^{stamp}^{{date_short_pretty}} at {{time}}^https://a.example/|fallback>"
    new_york = Reader(zone=ZoneInfo("America/New_York"), now=NOON.timestamp())
    assert "Today at 11:30 AM" in mrkdwn(text)
    assert "Today at 6:30 AM" in str(render_mrkdwn(text, new_york))
    assert 'href="https://a.example/"' in mrkdwn(text)
    assert mrkdwn("<!date^soon^{time}|fallback &amp; more>") == "fallback &amp; more"


def test_notifications_are_plain_lines() -> None:
    text = ":red_circle: *Critical*: <@U0BOB> wrote in <#C0ACME|acme>\n&gt; a &lt;b&gt; <https://a.example|link>"
    assert plain_text(text, READER) == "🔴 Critical: @bob wrote in #acme a <b> link"


def test_plain_text_is_not_parsed_except_emoji() -> None:
    html = blocks({"type": "section", "text": plain("*a* <@U0BOB> &amp; :rocket:")})
    assert "*a* &lt;@U0BOB&gt; &amp;amp; " in html
    assert "🚀" in html
    off = blocks({"type": "section", "text": {**plain(":rocket:"), "emoji": False}})
    assert ":rocket:" in off


ELEMENTS: list[dict[str, Any]] = [
    {"type": "button", "text": plain(SCRIPT), "value": SCRIPT, "style": "primary"},
    {"type": "button", "text": plain("Go"), "url": "https://a.example/"},
    {"type": "button", "text": plain("Go"), "url": "javascript:alert(1)"},
    *(
        {"type": kind, "placeholder": plain(SCRIPT), "options": [{"text": plain(SCRIPT), "value": "one"}]}
        for kind in ("static_select", "multi_static_select", "overflow", "checkboxes", "radio_buttons")
    ),
    *(
        {"type": f"{prefix}{kind}_select", "placeholder": plain("Choose")}
        for prefix in ("", "multi_")
        for kind in ("users", "channels", "conversations")
    ),
    {"type": "datepicker", "initial_date": "2026-03-10"},
    {"type": "timepicker", "initial_time": "10:30"},
    {"type": "datetimepicker", "initial_date_time": int(NOON.timestamp())},
    *(
        {"type": kind, "initial_value": SCRIPT, "placeholder": plain(SCRIPT)}
        for kind in ("plain_text_input", "number_input", "email_text_input", "url_text_input")
    ),
    {"type": "plain_text_input", "multiline": True, "initial_value": SCRIPT},
    {"type": "rich_text_input"},
]


@pytest.mark.parametrize("item", ELEMENTS, ids=lambda item: item["type"])
def test_every_element_is_a_labelled_control(item: dict[str, Any]) -> None:
    item = {**item, "action_id": "act"}
    alone = blocks({"type": "actions", "block_id": "one", "elements": [item]})
    in_input = blocks({"type": "input", "block_id": "two", "label": plain("Name"), "element": item})
    assert_harmless(alone + in_input)
    assert 'data-action-id="act"' in alone
    assert "data-dispatch" in alone
    assert "Unsupported" not in alone
    if item["type"] not in ("button", "overflow"):
        assert "data-dispatch" not in in_input
        assert 'aria-labelledby="b-two-label"' in in_input
    assert "data-dispatch" in blocks({"type": "input", "label": plain("x"), "element": item, "dispatch_action": True})


def test_confirm_dialogs_travel_with_the_button() -> None:
    confirm = {"title": plain("Sure?"), "text": plain(SCRIPT), "confirm": plain("Yes"), "deny": plain("No")}
    button = {"type": "button", "text": plain("Go"), "action_id": "go", "confirm": confirm}
    inside = dict(Tags(blocks({"type": "actions", "elements": [button]})).attributes)["data-confirm"]
    assert inside is not None
    assert_harmless(inside)
    assert 'value="deny"' in inside


RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "bold", "style": {"bold": True, "italic": True}},
                {"type": "text", "text": SCRIPT},
                {"type": "text", "text": ":rocket:", "style": {"code": True}},
                {"type": "link", "url": "https://a.example", "text": "link"},
                {"type": "link", "url": "javascript:alert(1)"},
                {"type": "emoji", "name": "rocket"},
                {"type": "user", "user_id": "U0BOB"},
                {"type": "usergroup", "usergroup_id": "S0ONCALL"},
                {"type": "channel", "channel_id": "C0ACME"},
                {"type": "broadcast", "range": "here"},
                {"type": "date", "timestamp": int(NOON.timestamp()), "format": "{date_num}", "fallback": "x"},
                {"type": "color", "value": "#ff0000;background:url(x)"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "ordered",
            "indent": 1,
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]}],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x = *1*"}]},
    ],
}


def test_rich_text() -> None:
    html = blocks(RICH)
    assert_harmless(html)
    for piece in (
        "<b><i>bold</i></b>",
        "<code>:rocket:</code>",
        "@bob",
        "@oncall",
        "#acme",
        "@here",
        "2026-03-10",
        '<ol class="indent-1" type="a" start="1"><li>',
        "<blockquote>said</blockquote>",
        "<pre>x = *1*</pre>",
        "background:transparent",
    ):
        assert piece in html


def test_markdown_and_table() -> None:
    inline = "**bold** *it* [link](https://a.example) [bad](javascript:x) `c`"
    text = f"# Head\n\n{inline}\n- one\n- two\n\n```py\nx\n```\n{SCRIPT}"
    html = blocks({"type": "markdown", "text": text})
    assert_harmless(html)
    for piece in ("<b>bold</b>", "<i>it</i>", "<ul><li>one</li><li>two</li></ul>", "<pre>x</pre>", "<span>bad</span>"):
        assert piece in html
    cell = {"type": "raw_text", "text": SCRIPT}
    table = blocks({"type": "table", "rows": [[cell, RICH], [cell, cell]], "column_settings": [{"align": "right"}]})
    assert_harmless(table)
    assert table.count("<th ") == 2
    assert 'class="align-right"' in table


def test_all_blocks_survive_missing_and_hostile_fields() -> None:
    for kind in RENDERERS:
        assert_harmless(blocks({"type": kind, "block_id": SCRIPT, "text": plain(SCRIPT)}))
    assert "Unsupported block: unheard_of" in blocks({"type": "unheard_of"})
    picture = {"type": "image", "image_url": "javascript:alert(1)", "alt_text": SCRIPT}
    card = {"type": "card", "title": plain(SCRIPT), "subtitle": plain(SCRIPT), "hero_image": picture, "icon": picture}
    source = {"type": "url", "url": "javascript:alert(1)", "text": SCRIPT}
    task = {"type": "task_card", "task_id": SCRIPT, "title": SCRIPT, "status": SCRIPT, "sources": [source]}
    file = {"type": "file", "external_id": SCRIPT}
    for block in (card, {"type": "carousel", "elements": [card]}, task, {"type": "plan", "tasks": [task]}, file):
        assert_harmless(blocks(block))
    image = blocks({"type": "image", "image_url": "javascript:alert(1)", "alt_text": SCRIPT})
    assert_harmless(image)
    assert "src=" not in image.replace("src=x", "")


def test_errors_stand_under_their_field() -> None:
    block = {"type": "input", "block_id": "notes", "label": plain("Notes"), "element": {"type": "plain_text_input"}}
    html = blocks(block, surface=Surface("v", {"notes": "Too <short>"}))
    assert '<div class="field-error" role="alert">Too &lt;short&gt;</div>' in html
    assert 'class="block input invalid"' in html


def test_what_was_filled_in_replaces_what_was_proposed() -> None:
    item = {"type": "plain_text_input", "action_id": "a", "initial_value": "proposed"}
    assert with_state(item, {"type": "plain_text_input", "value": "typed"})["initial_value"] == "typed"
    assert "initial_value" not in with_state(item, {"type": "plain_text_input", "value": None})
    assert with_state(item, None)["initial_value"] == "proposed"


OPTIONS = [{"text": plain("One"), "value": "1"}, {"text": plain("Two"), "value": "2"}]


@pytest.mark.parametrize(
    ("item", "raw", "value"),
    [
        ({"type": "plain_text_input"}, "x", {"value": "x"}),
        ({"type": "plain_text_input"}, "", {"value": None}),
        ({"type": "static_select", "options": OPTIONS}, "2", {"selected_option": OPTIONS[1]}),
        ({"type": "checkboxes", "options": OPTIONS}, ["1", "2"], {"selected_options": OPTIONS}),
        ({"type": "radio_buttons", "options": OPTIONS}, ["1"], {"selected_option": OPTIONS[0]}),
        ({"type": "users_select"}, "U0BOB", {"selected_user": "U0BOB"}),
        ({"type": "multi_users_select"}, ["U0BOB"], {"selected_users": ["U0BOB"]}),
        ({"type": "datepicker"}, "2026-03-10", {"selected_date": "2026-03-10"}),
        ({"type": "datetimepicker"}, "2026-03-10T12:00", {"selected_date_time": int(NOON.timestamp())}),
    ],
)
def test_values_have_slacks_shapes(item: dict[str, Any], raw: Any, value: dict[str, Any]) -> None:
    assert element_value(item, raw, BERLIN) == {"type": item["type"], **value}


@pytest.mark.parametrize(
    ("item", "raw", "sentence"),
    [
        ({"type": "plain_text_input"}, " ", REQUIRED),
        ({"type": "plain_text_input", "min_length": 3}, "ab", "Please enter at least 3 characters."),
        ({"type": "plain_text_input", "max_length": 3}, "abcd", "Please enter at most 3 characters."),
        ({"type": "number_input"}, "1.5", "Please enter a whole number."),
        ({"type": "number_input", "is_decimal_allowed": True}, "1.5", None),
        ({"type": "number_input", "min_value": "2"}, "1", "Please enter a number that is at least 2."),
        ({"type": "number_input", "max_value": "2"}, "3", "Please enter a number that is at most 2."),
        ({"type": "email_text_input"}, "nobody", "Please enter a valid email address."),
        ({"type": "url_text_input"}, "example", "Please enter a valid URL."),
        ({"type": "multi_users_select", "max_selected_items": 1}, ["U1", "U2"], "Please choose at most 1 items."),
    ],
)
def test_what_slacks_client_does_not_submit(item: dict[str, Any], raw: Any, sentence: str | None) -> None:
    assert problem(item, raw, optional=False) == sentence


def test_forms_are_read_by_block_and_action() -> None:
    form: list[dict[str, Any]] = [
        {"type": "input", "block_id": "b1", "element": {"type": "plain_text_input", "action_id": "a1"}},
        {"type": "actions", "block_id": "b2", "elements": [{"type": "button", "action_id": "go"}]},
    ]
    assert state_values(form, {"b1": {"a1": "x"}}, BERLIN) == {"b1": {"a1": {"type": "plain_text_input", "value": "x"}}}
    assert problems(form, {}) == {"b1": REQUIRED}
    assert find_element(form, "go", None)[0] == "b2"
    with pytest.raises(KeyError):
        find_element(form, "gone", None)
