"""The page behind a signed link: plain HTML for a telephone, without scripts, and with nothing from elsewhere."""

import base64
import hashlib
from html import escape

from bot.views.parts import clean, cut
from bot.views.plain import moment
from models.answer import Refusal
from models.card import Card
from models.words import Status

TITLE_LENGTH, DETAILS_LENGTH = 300, 3000
_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:36rem;padding:1rem;color:#1d1c1d;"
    "background:#fff;overflow-wrap:anywhere}h1{font-size:1.4rem;line-height:1.3}"
    "dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem}dt{color:#616061}dd{margin:0}"
    "pre{white-space:pre-wrap;background:#f4f4f4;padding:.8rem;border-radius:.4rem;font-size:.95rem}"
    "button{font:inherit;font-weight:700;width:100%;padding:.9rem;border:0;border-radius:.4rem;"
    "color:#fff;background:#007a5a}.said{border-left:.3rem solid #1264a3;padding:.4rem .8rem;background:#f0f6fb}"
    "footer{color:#616061;font-size:.9rem;margin-top:2rem}"
    "@media(prefers-color-scheme:dark){body{background:#1a1d21;color:#e8e8e8}pre{background:#26292d}"
    "dt,footer{color:#a9a9a9}.said{background:#20303c}}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
NOT_WHOLE = (
    "This link is not whole",
    "Copy all of it from the message that you got, to its last character. In Slack, /heed alerts lists what is open.",
)
ENDED = (
    "This link works no more",
    "It works for 24 hours, and only as long as its person may answer the alert. Open Slack: the alert is in Heed's "
    "messages to you, and /heed alerts lists what is open.",
)


def alert_page(card: Card, reader: str, zone: str, names: dict[str, str], may_acknowledge: bool, said: str = "") -> str:
    """One alert for `reader` (a name). `names` are by Slack id; `said` is what has just happened."""
    rows = [
        ("Severity", card.severity.label.capitalize()),
        ("Status", standing(card, zone, names)),
        ("Since", moment(card.opened_at, zone)),
        *([("From", card.source)] if card.source else []),
        *([("Client", card.client)] if card.client else []),
    ]
    listed = "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in rows)
    told = card.excerpt or card.details
    parts = [
        f'<p class="said" role="status">{_text(said)}</p>' if said else "",
        f"<h1>#{card.id} {_text(cut(clean(card.title), TITLE_LENGTH))}</h1>",
        f"<dl>{listed}</dl>",
        f"<pre>{_text(cut(clean(told), DETAILS_LENGTH))}</pre>" if told else "",
        '<form method="post"><button>Acknowledge</button></form>' if may_acknowledge else "",
        f"<footer>This page is for {_text(reader)} alone: whoever has its address may acknowledge in this name. "
        "To do more, open Slack.</footer>",
    ]
    return _page(f"Alert #{card.id}", "".join(parts))


def plain_page(title: str, words: str) -> str:
    """A page that only says something."""
    return _page(title, f"<h1>{_text(title)}</h1><p>{_text(words)}</p>")


def standing(card: Card, zone: str, names: dict[str, str]) -> str:
    """How an alert stands, with who and when."""
    if card.status is Status.ACKNOWLEDGED:
        who = names.get(card.acknowledged_by or "") or card.acknowledged_from or "its source"
        return f"Acknowledged by {who}" + (f", {moment(card.acknowledged_at, zone)}" if card.acknowledged_at else "")
    if not card.status.is_live:
        who = names.get(card.closed_by or "") or "its source"
        when = f", {moment(card.closed_at, zone)}" if card.closed_at else ""
        return f"{card.status.label.capitalize()}, by {who}{when}"
    return "Open: nobody has answered yet"


def refused(refusal: Refusal, card: Card, zone: str, names: dict[str, str]) -> str:
    """Why an acknowledgement has changed nothing, and what to do."""
    if refusal is Refusal.NOT_ALLOWED:
        return "You may not answer this alert any more. Nothing has changed; /heed admins says whom to ask."
    if refusal is Refusal.OUTDATED and card.status is Status.OPEN:
        return OUTDATED
    return f"Somebody was first, nothing has changed. {standing(card, zone, names)}."


OUTDATED = "The alert has changed since this link was sent. A newer message has a newer link; or answer in Slack."
DONE = "Acknowledged. Nobody else is paged."


def _text(text: str) -> str:
    return escape(clean(text))


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f'<meta name="referrer" content="no-referrer"><title>{_text(title)}</title><style>{_STYLE}</style></head>'
        f"<body>{body}</body></html>"
    )
