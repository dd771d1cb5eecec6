"""The page behind a signed link: whatever an alert says, it is text, and the page loads and runs nothing."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views.outside import HEADERS, alert_page, plain_page, refused, standing
from models.answer import Refusal
from models.words import Status
from tests.bot.views.cards import ACKNOWLEDGED, MACHINE, NIGHT, RESOLVED

NAMES = {"U0ALICE": "Alice <Ng>", "U0BOB": "Bob"}
PIECES = ["<script>alert(1)</script>", "<img src=x onerror=y>", "&lt;", '"', "'", "</pre>", "{{7*7}}", "\x00", "\u202e"]
OUTSIDE = st.one_of(st.text(max_size=30), st.lists(st.sampled_from(PIECES), max_size=10).map("".join))


class Reader(HTMLParser):
    """Which elements and attributes a page has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        self.attributes |= {name for name, _ in attrs}


@settings(max_examples=60)
@given(OUTSIDE, OUTSIDE, OUTSIDE, OUTSIDE)
def test_whatever_an_alert_says_is_text(title: str, details: str, source: str, reader: str) -> None:
    card = replace(MACHINE, title=title, details=details, source=source)
    page = Reader(alert_page(card, reader, "UTC", NAMES, may_acknowledge=True, said=details))
    expected = {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "p",
        "h1",
        "dl",
        "dt",
        "dd",
        "pre",
        "form",
        "button",
        "footer",
    }
    assert set(page.found) <= expected
    assert page.found.count("form") == 1
    assert page.attributes <= {"lang", "charset", "name", "content", "class", "role", "method"}


def test_the_page_says_what_how_bad_since_when_and_for_whom() -> None:
    page = alert_page(MACHINE, "Alice <Ng>", "Europe/Berlin", NAMES, may_acknowledge=True)
    for words in (
        "#12 HighLatency on 10.0.0.1:8080", "Critical", "Open: nobody has answered yet", "2026-11-22 04:00 CET",
        "p99 is 2.3 s", "alertmanager prod", "Alice &lt;Ng&gt;",
        '<form method="post"><button>Acknowledge</button></form>',
    ):  # fmt: skip
        assert words in page


def test_there_is_a_button_only_where_it_would_do_something() -> None:
    assert "<form" not in alert_page(ACKNOWLEDGED, "Bob", "UTC", NAMES, may_acknowledge=False)
    assert "<form" not in plain_page("This link works no more", "Open Slack.")


def test_who_won_and_when_is_told() -> None:
    told = refused(Refusal.ALREADY, ACKNOWLEDGED, "UTC", NAMES)
    assert told.startswith("Somebody was first, nothing has changed. Acknowledged by ")
    assert "2026-11-22" in told
    assert "Resolved, by" in refused(Refusal.CLOSED, RESOLVED, "UTC", NAMES)
    assert "You may not answer" in refused(Refusal.NOT_ALLOWED, MACHINE, "UTC", NAMES)
    assert "newer message" in refused(Refusal.OUTDATED, MACHINE, "UTC", NAMES)
    machine = replace(MACHINE, status=Status.ACKNOWLEDGED, acknowledged_at=NIGHT, acknowledged_from="grafana")
    assert standing(machine, "UTC", {}) == "Acknowledged by grafana, 2026-11-22 03:00 UTC"


def test_the_policy_allows_the_one_style_and_nothing_else() -> None:
    page = plain_page("Title", "Words")
    style = re.search("<style>(.*)</style>", page)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")
    assert "unsafe" not in policy
    assert (HEADERS["Cache-Control"], HEADERS["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "://" not in page
