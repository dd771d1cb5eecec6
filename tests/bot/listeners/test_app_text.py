"""The words of other apps' messages, in the shapes that they have."""

from typing import Any

import pytest

from bot.listeners.app_text import lines_of

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Disk full* on `web-1`"}}
FIELDS = {"type": "section", "fields": [{"type": "mrkdwn", "text": "alertname=disk"}]}
CONTEXT = {"type": "context", "elements": [{"type": "image", "alt_text": "x"}, {"type": "plain_text", "text": "prod"}]}
RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [{"type": "text", "text": "see "}, {"type": "link", "url": "https://a.example"}],
        },
        {
            "type": "rich_text_list",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": each}]} for each in ("one", "two")
            ],
        },
    ],
}


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        ({}, ()),
        ({"text": None, "blocks": "none", "attachments": [None, 3]}, ()),
        ({"text": "*[FIRING:1]* <https://g.example/a|Disk full> &amp; more\n\n  a   b "},
         ("[FIRING:1] Disk full & more", "a b")),
        ({"text": "node_cpu_high and _really_ ~not~ 2 * 3 * 4"}, ("node_cpu_high and really not 2 * 3 * 4",)),
        ({"text": "<https://a.example/x> <!here> <@U1>"}, ("https://a.example/x <!here> <@U1>",)),
        ({"text": "same", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "same"}}]}, ("same",)),
        ({"blocks": [SECTION, FIELDS, CONTEXT]}, ("Disk full on web-1", "alertname=disk", "prod")),
        ({"blocks": [RICH]}, ("see https://a.example", "one", "two")),
        ({"attachments": [{"fallback": "f", "title": "T", "fields": [{"title": "host", "value": "web-1"}]}]},
         ("T", "host: web-1")),
        ({"attachments": [{"fallback": "only this"}]}, ("only this",)),
        ({"attachments": [{"blocks": [SECTION]}]}, ("Disk full on web-1",)),
        ({"text": "x", "attachments": [{"from_url": "https://a.example", "title": "What Slack found there"}]}, ("x",)),
        ({"files": [{"mode": "email", "title": "Backup failed"}]}, ("Backup failed",)),
        ({"text": "a\u202eb"}, ("ab",)),
    ],
)  # fmt: skip
def test_what_a_message_says(message: dict[str, Any], lines: tuple[str, ...]) -> None:
    assert lines_of(message) == lines
