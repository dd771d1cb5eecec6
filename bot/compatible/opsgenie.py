"""Opsgenie's Alert API as it is asked: create, close, acknowledge, add a note; see "Alert API" in its documentation.

    POST /v2/alerts                                              Authorization: GenieKey …
    {"message": "Disk is full on db1", "alias": "disk-db1", "description": "…", "priority": "P1", "entity": "db1",
     "source": "zabbix", "tags": ["disk"], "details": {"env": "prod"}, "responders": [{"name": "dba", "type": "team"}]}

    POST /v2/alerts/disk-db1/close?identifierType=alias          and /acknowledge, /notes
    {"user": "alice", "source": "zabbix", "note": "cleaned up"}

The alias tells one problem from another; an alert that is created without one gets a fresh one. The tiny id is the
number that people see, the id holds that number in the form of a UUID. What is asked for by id and is none of these is
taken for an alias: many a script leaves `identifierType` away.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.sources.reading import DETAILS_LENGTH, TITLE_LENGTH, labels, link, one_line, several_lines, severity
from models.signal import Signal
from models.words import Severity

SEVERITIES = {
    "p1": Severity.CRITICAL,
    "p2": Severity.HIGH,
    "p3": Severity.MEDIUM,
    "p4": Severity.LOW,
    "p5": Severity.LOW,
}
DEFAULT_PRIORITY = "P3"
ALIAS_LENGTH = 512
NAME_LENGTH = 100
IDENTIFIER_TYPES = ("", "id", "alias", "tiny")
_ID = re.compile(r"4eed0000-0000-4000-8000-([0-9a-f]{12})", re.ASCII | re.IGNORECASE)
_TINY = re.compile(r"[0-9]{1,18}", re.ASCII)


class Action(StrEnum):
    """The ends of the addresses below /v2/alerts/<identifier>."""

    CLOSE = "close"
    ACKNOWLEDGE = "acknowledge"
    NOTE = "notes"


@dataclass(frozen=True)
class Created:
    """An alert that is to be opened; `key` is its signal's, `note` and `user`, whose it is, may be empty."""

    alias: str
    key: str
    signal: Signal
    note: str
    user: str


@dataclass(frozen=True)
class Identifier:
    """Which alert is meant: the one of this number, else the newest of this signal's key. Neither: there is none."""

    number: int | None = None
    key: str = ""


@dataclass(frozen=True)
class Change:
    """What is to become of an alert, who asks, and with which words; all but `action` may be empty."""

    action: Action
    identifier: Identifier
    user: str
    source: str
    note: str


class Refused(ValueError):
    """The body is not one of the API's; `errors` holds what is wrong by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {why}" for field, why in errors.items()))
        self.errors = dict(errors)


def read_create(body: Any, fresh_alias: str) -> Created:
    """The alert that is to be created; without an alias of its own it gets `fresh_alias`. Raises Refused."""
    fields = _fields(body)
    errors = {}
    if not _line(fields.get("message"), TITLE_LENGTH):
        errors["message"] = "Message can not be empty."
    if len(_line(fields.get("alias"), 2 * ALIAS_LENGTH)) > ALIAS_LENGTH:
        errors["alias"] = f"Alias can not be longer than {ALIAS_LENGTH} characters."
    if _line(fields.get("priority") or DEFAULT_PRIORITY, NAME_LENGTH).lower() not in SEVERITIES:
        errors["priority"] = "Priority must be one of P1, P2, P3, P4, P5."
    if errors:
        raise Refused(errors)
    alias = _line(fields.get("alias"), ALIAS_LENGTH) or fresh_alias
    user = _line(fields.get("user"), NAME_LENGTH)
    return Created(alias, _key(alias), _signal(fields, alias), _lines(fields.get("note")), user)


def read_identifier(identifier: str, identifier_type: str) -> Identifier:
    """The alert that an address names by `identifier`, which is an id, an alias or a tiny id. Raises Refused."""
    alias = _line(identifier, ALIAS_LENGTH)
    errors = {}
    if not alias:
        errors["identifier"] = "Identifier can not be empty."
    if identifier_type not in IDENTIFIER_TYPES:
        errors["identifierType"] = "Identifier type must be id, alias or tiny."
    if errors:
        raise Refused(errors)
    if identifier_type == "tiny":
        return Identifier(int(alias) if _TINY.fullmatch(alias) else None)
    found = _ID.fullmatch(alias) if identifier_type != "alias" else None
    return Identifier(int(found[1], 16)) if found else Identifier(key=_key(alias))


def read_change(action: Action, identifier: str, identifier_type: str, body: Any) -> Change:
    """The change that is asked of the alert that the address names. Raises Refused."""
    fields = _fields(body)
    errors: dict[str, str] = {}
    meant = Identifier()
    try:
        meant = read_identifier(identifier, identifier_type)
    except Refused as refused:
        errors = refused.errors
    note = _lines(fields.get("note"))
    if action is Action.NOTE and not note:
        errors["note"] = "Note can not be empty."
    if errors:
        raise Refused(errors)
    user, source = _line(fields.get("user"), NAME_LENGTH), _line(fields.get("source"), NAME_LENGTH)
    return Change(action, meant, user, source, note)


def alias_of(key: str) -> str:
    """The alias in a signal's key."""
    return key.removeprefix("alias:")


def id_of(number: int) -> str:
    """The id of the alert of this number: made from it, so that it is found again by nothing else."""
    return f"4eed0000-0000-4000-8000-{number:012x}"


def api_key(header: str) -> str:
    """The key of `Authorization: GenieKey <key>`; nothing when there is none."""
    scheme, _, key = header.strip().partition(" ")
    return key.strip() if scheme.lower() == "geniekey" else ""


def _fields(body: Any) -> Mapping[str, Any]:
    """A change may come without any body."""
    if body is None:
        return {}
    if not isinstance(body, Mapping):
        raise Refused({"body": "Request body must be a JSON object."})
    return body


def _key(alias: str) -> str:
    return f"alias:{alias}"


def _signal(fields: Mapping[str, Any], alias: str) -> Signal:
    details = fields.get("details")
    said = {
        "entity": fields.get("entity"),
        "source": fields.get("source"),
        "team": _teams(fields),
        "tags": ", ".join(each for each in _list(fields.get("tags")) if isinstance(each, str)),
    }
    return Signal(
        key=_key(alias),
        firing=True,
        title=_line(fields["message"], TITLE_LENGTH),
        severity=severity(fields.get("priority") or DEFAULT_PRIORITY, table=SEVERITIES),
        details=_lines(fields.get("description")),
        link=_link(details),
        labels=labels(said, "details", details if isinstance(details, Mapping) else None),
    )


def _teams(fields: Mapping[str, Any]) -> str:
    """The names of the teams among the responders, or of `teams`, which is their older field."""
    responders = [each for each in _list(fields.get("responders")) if isinstance(each, Mapping)]
    asked = [each for each in responders if each.get("type") == "team"]
    asked = asked or [each for each in _list(fields.get("teams")) if isinstance(each, Mapping)]
    return ", ".join(name for each in asked if (name := _line(each.get("name"), NAME_LENGTH)))


def _link(details: Any) -> str:
    """The API has no field for a link; tools put one into the details."""
    found = [link(each) for each in details.values()] if isinstance(details, Mapping) else []
    return next((each for each in found if each), "")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _line(value: Any, length: int) -> str:
    """A line of text; nothing for what is missing, blank or no text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return one_line(str(value), length)


def _lines(value: Any) -> str:
    return several_lines(value)[:DETAILS_LENGTH] if isinstance(value, str) else ""
