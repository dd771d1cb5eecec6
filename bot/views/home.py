"""App Home: the dashboard of admins and responders, and what concerns everybody else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.views.alert import ANSWERS, SHOW, held, value_of, who_acknowledged
from bot.views.further import menu
from bot.views.notices import findings_blocks
from bot.views.parts import (
    BADGES,
    Block,
    actions,
    ago,
    button,
    context,
    divider,
    fields,
    header,
    option,
    people,
    quote,
    quoted,
    safe_link,
    section,
    select,
)
from bot.views.sources import ADD as ADD_SOURCE
from bot.views.ways import LABEL as WAYS
from bot.views.ways import OPEN as OPEN_WAYS
from models.card import Card, Filter, Listing, OnCallLevel, Stats
from models.words import Severity, Status

FILTER_STATUS, FILTER_SEVERITY = "home_status", "home_severity"
NEWER, OLDER = "home_newer", "home_older"
ALL = "all"


@dataclass(frozen=True)
class HomeData:
    """What one person's Home shows. `stats` is None for those who see only what concerns them.

    `findings` are those of the last reachability check, for admins.
    """

    listing: Listing
    wanted: Filter
    on_call: tuple[OnCallLevel, ...]
    now: datetime
    stats: Stats | None = None
    findings: tuple[Mapping[str, Any], ...] = ()
    is_admin: bool = False


def home(data: HomeData) -> Block:
    """The Home view; its private metadata holds the filter, so that a button knows where it was pressed."""
    blocks = _dashboard(data) if data.stats is not None else _own(data)
    return {"type": "home", "private_metadata": dump_filter(data.wanted), "blocks": blocks}


def not_for_guests() -> Block:
    """Home of somebody who may not use Heed."""
    words = "Heed is for full members of this workspace. Ask one of them if you need somebody paged."
    return {"type": "home", "blocks": [header("Heed"), section(words)]}


def _dashboard(data: HomeData) -> list[Block]:
    stats = data.stats
    assert stats is not None
    rate = stats.false_positive_rate
    return [
        header("Alerts"),
        fields(
            f"*Open*\n{stats.open}",
            f"*Acknowledged*\n{stats.acknowledged}",
            f"*Resolved* (30 days)\n{stats.resolved}",
            f"*False positives* (30 days)\n{stats.false_positive}"
            + (f" · {rate:.0%} of closed" if rate is not None else ""),
        ),
        actions("home:filter", _status_select(data.wanted), _severity_select(data.wanted)),
        *_cards(data),
        divider(),
        *_on_call(data),
        *_findings(data),
        divider(),
        actions("home:more", *([button("Add a source", ADD_SOURCE, "add")] if data.is_admin else []), _ways()),
    ]


def _ways() -> Block:
    return button(WAYS, OPEN_WAYS, "open")


def _findings(data: HomeData) -> list[Block]:
    """What would keep somebody from being reached."""
    if not data.findings:
        return []
    return [divider(), header("Somebody might not be reached"), *findings_blocks(data.findings)]


def _own(data: HomeData) -> list[Block]:
    return [
        *_on_call(data),
        divider(),
        header("Your alerts"),
        context("Those that you were paged for or have raised. Raise one with `/heed page`."),
        *_cards(data),
        divider(),
        actions("home:more", _ways()),
    ]


def _status_select(wanted: Filter) -> Block:
    options = [option("All statuses", ALL)]
    options += [option(each.label.capitalize(), each.value) for each in Status]
    return select(FILTER_STATUS, options, wanted.status.value if wanted.status else ALL)


def _severity_select(wanted: Filter) -> Block:
    options = [option("All severities", ALL)]
    options += [option(each.label.capitalize(), each.label) for each in Severity]
    return select(FILTER_SEVERITY, options, wanted.severity.label if wanted.severity else ALL)


def _cards(data: HomeData) -> list[Block]:
    if not data.listing.cards:
        nothing = "Nothing here. All is answered." if data.wanted == Filter() else "No alert matches this filter."
        return [section(nothing)]
    blocks = [block for card in data.listing.cards for block in [divider(), *_card(card, data.now)]]
    return [*blocks, *_paging(data)]


def _card(card: Card, now: datetime) -> list[Block]:
    where = f" · {quoted(card.client or card.source, 80)}" if card.client or card.source else ""
    title = f"{BADGES[card.severity]} *{card.severity.label.capitalize()}* · {card.status.label}{where}\n"
    link = safe_link(card.link)
    blocks = [
        section(f"{title}*#{card.id}* {quoted(card.title, 300)}" + (f"  <{link}|Open>" if link else "")),
        context(_age(card, now) + "".join(f"  `{quoted(each.replace('_', ' '), 40)}`" for each in card.indicators[:6])),
    ]
    if card.suggested_action and card.status.is_live:
        blocks.append(quote(f"Suggested: {card.suggested_action}"))
    if card.notes and not card.status.is_live:
        blocks.append(quote(card.notes))
    offered = [button(ANSWERS[each][1], ANSWERS[each][0], value_of(card), ANSWERS[each][2]) for each in card.answers]
    details = button("Details", SHOW, value_of(card))
    blocks.append(actions(f"alert:{card.id}", *offered, details, *menu(card, details=False)))
    return blocks


def _age(card: Card, now: datetime) -> str:
    age = ago(card.opened_at, now)
    opened = age if age == "just now" else f"{age} ago"
    waits = f" · {held(card)}" if held(card) else ""
    if card.status is Status.ACKNOWLEDGED:
        return f"{opened} · acknowledged by {who_acknowledged(card)}{waits}"
    if not card.status.is_live:
        return f"{opened} · {card.status.label} by {people([card.closed_by]) if card.closed_by else 'its source'}"
    return opened + (f" · seen {card.count} times" if card.count > 1 else "") + waits


def _paging(data: HomeData) -> list[Block]:
    buttons = []
    if data.wanted.page > 0:
        buttons.append(button("← Newer", NEWER, str(data.wanted.page - 1)))
    if data.listing.has_more:
        buttons.append(button("Older →", OLDER, str(data.wanted.page + 1)))
    return [actions("home:paging", *buttons)] if buttons else []


def _on_call(data: HomeData) -> list[Block]:
    return [header("On call now"), section(on_call_text(data.on_call))]


def on_call_text(levels: tuple[OnCallLevel, ...]) -> str:
    """Who is paged now, level by level, with how long each has to answer."""
    if not levels:
        return "No policy is set, so nobody would be paged."
    return "\n".join(
        f"*Level {each.level}:* {people(each.people) or 'nobody'} · {each.minutes:g} min to answer" for each in levels
    )


def dump_filter(wanted: Filter) -> str:
    return json.dumps(
        {
            "status": wanted.status.value if wanted.status else ALL,
            "severity": wanted.severity.label if wanted.severity else ALL,
            "page": wanted.page,
        }
    )


def load_filter(stored: str) -> Filter:
    """The filter that a Home was drawn with; an unreadable one means no filter."""
    try:
        found = json.loads(stored or "{}")
        status, severity = found.get("status", ALL), found.get("severity", ALL)
        return Filter(
            status=None if status == ALL else Status(status),
            severity=None if severity == ALL else Severity.parse(severity),
            page=max(0, int(found.get("page", 0))),
        )
    except (ValueError, AttributeError, TypeError, OverflowError):
        return Filter()
