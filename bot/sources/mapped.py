"""Any JSON at all, read by JMESPath expressions: where the title is, what tells problems apart, and so on.

    {"each": "alerts", "title": "name", "key": "id", "status": "state", "severity": "level", "details": "text",
     "link": "urls[0]", "labels": "{host: host, team: tags.team}", "started_at": "since"}

Only `title` is needed. `each` leads to a list of which every item is a signal, and the others start from the item.
Expressions may be hostile. JMESPath has no loops, but pieces that double what they are given can be chained: so what
an expression may use, and how much it may multiply, is checked before it is run on anything (jmespath.org has the
grammar).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jmespath
from jmespath import functions

from bot.sources.reading import (
    KEY_LENGTH,
    TITLE_LENGTH,
    Unreadable,
    epoch,
    field_name,
    items,
    labels,
    link,
    moment,
    one_line,
    prose,
    severity,
    words,
)
from models.signal import Signal

FIELDS = ("each", "title", "key", "status", "severity", "details", "link", "labels", "started_at")
RESOLVED = {"resolved", "resolve", "ok", "up", "closed", "recovered", "recovery", "success", "normal", "inactive", "0"}
"""What a status is called when the problem is over; true and any other word mean that there is one."""
EXPRESSION_LENGTH = 500
VALUES_AT_MOST = 10_000
PROJECTIONS_AT_MOST = 8
COPIES_AT_MOST = 16
TEXT_LENGTH = 2500
PROJECTIONS = {"projection", "value_projection", "filter_projection", "flatten"}
PIECES = PROJECTIONS | {
    "and_expression", "comparator", "current", "field", "function_expression", "identity", "index", "index_expression",
    "key_val_pair", "literal", "multi_select_dict", "multi_select_list", "not_expression", "or_expression", "pipe",
    "slice", "subexpression",
}  # fmt: skip
FUNCTIONS = {
    "contains", "ends_with", "join", "keys", "length", "max", "min", "not_null", "sort", "starts_with", "to_array",
    "to_number", "to_string", "type", "values",
}  # fmt: skip
FAILURES = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What jmespath raises on the expressions and values that it does not like."""


class _Functions(functions.Functions):
    """JMESPath's functions, with a limit to the text that they make."""

    @functions.signature({"types": []})
    def _func_to_string(self, value: Any) -> str:
        text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        return text[:TEXT_LENGTH]

    @functions.signature({"types": ["string"]}, {"types": ["array-string"]})
    def _func_join(self, separator: str, parts: list[str]) -> str:
        if len(separator) * len(parts) + sum(len(part) for part in parts) > TEXT_LENGTH:
            raise ValueError(f"join makes more than {TEXT_LENGTH} characters")
        return separator.join(parts)


_OPTIONS = jmespath.Options(custom_functions=_Functions())


@dataclass(frozen=True)
class _Expression:
    """One expression that has been checked; `field` is what it is for."""

    field: str
    compiled: Any

    def of(self, value: Any) -> Any:
        """What the expression finds; raises Unreadable."""
        try:
            return self.compiled.search(value, options=_OPTIONS)
        except FAILURES as error:
            raise Unreadable(f"{self.field}: the expression fails: {one_line(str(error), 200)}") from None


def parser(expressions: Mapping[str, Any]) -> Callable[[Any], list[Signal]]:
    """A `parse` that reads by these expressions; raises Unreadable, with the name of the one that will not do."""
    unknown = sorted(field_name(name) for name in expressions if name not in FIELDS)
    if unknown:
        raise Unreadable(f"{unknown[0]}: is no expression of ours; they are {', '.join(FIELDS)}")
    if not expressions.get("title"):
        raise Unreadable("title: the expression is missing")
    ready = {name: _checked(name, expressions[name]) for name in FIELDS if expressions.get(name)}

    def parse(payload: Any) -> list[Signal]:
        """One signal, or one for each item of the list; raises Unreadable."""
        _refuse_large(payload)
        if "each" not in ready:
            return [_signal(ready, payload)]
        return [_signal(ready, item) for item in items(ready["each"].of(payload), "each")]

    return parse


def _signal(ready: Mapping[str, _Expression], value: Any) -> Signal:
    found = {name: expression.of(value) for name, expression in ready.items() if name != "each"}
    title = words(found.get("title"), "title", TITLE_LENGTH)
    return Signal(
        key=f"key:{words(found.get('key'), 'key', KEY_LENGTH, title)}",
        firing=_is_firing(found.get("status")),
        title=title,
        severity=severity(found.get("severity")),
        details=prose(found.get("details"), "details"),
        link=link(found.get("link")),
        labels=labels(found.get("labels"), "labels"),
        started_at=_started_at(found.get("started_at")),
    )


def _is_firing(status: Any) -> bool:
    if status is None or isinstance(status, bool):
        return status is not False
    return words(status, "status", KEY_LENGTH, "").lower() not in RESOLVED


def _started_at(value: Any) -> datetime | None:
    return epoch(value) or (moment(value, "started_at") if isinstance(value, str) else None)


def _checked(field: str, text: Any) -> _Expression:
    """The expression, if it is one that cannot take long; raises Unreadable."""
    if not isinstance(text, str) or len(text) > EXPRESSION_LENGTH:
        raise Unreadable(f"{field}: the expression must be text of at most {EXPRESSION_LENGTH} characters")
    try:
        compiled = jmespath.compile(text)
        _refuse_costly(field, compiled.parsed)
    except Unreadable:
        raise
    except FAILURES as error:
        raise Unreadable(f"{field}: is no JMESPath expression: {one_line(str(error), 200)}") from None
    return _Expression(field, compiled)


def _refuse_costly(field: str, tree: Mapping[str, Any]) -> None:
    pieces = list(_pieces(tree))
    for piece in pieces:
        if piece["type"] not in PIECES:
            raise Unreadable(f"{field}: the expression may not use {piece['type'].replace('_', ' ')}")
        if piece["type"] == "function_expression" and piece["value"] not in FUNCTIONS:
            raise Unreadable(f"{field}: the expression may not use the function {field_name(piece['value'])}")
    if sum(piece["type"] in PROJECTIONS for piece in pieces) > PROJECTIONS_AT_MOST:
        raise Unreadable(f"{field}: the expression may go through at most {PROJECTIONS_AT_MOST} lists")
    limit = 1 if field == "each" else COPIES_AT_MOST
    if max((_copies(part) for part in _parts(field, tree)), default=1) > limit:
        raise Unreadable(f"{field}: the expression multiplies what it is given by more than {limit}")


def _pieces(tree: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The piece and all within it. A slice has numbers for children."""
    return [tree, *(each for child in _children(tree) for each in _pieces(child))]


def _children(tree: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [child for child in tree["children"] if isinstance(child, Mapping)]


def _parts(field: str, tree: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Labels are an object of many parts, and nothing comes after it."""
    return _children(tree) if field == "labels" and tree["type"] == "multi_select_dict" else [tree]


def _copies(tree: Mapping[str, Any]) -> int:
    """How many times over an expression can at most hold what it is given; never too few.

    What stands side by side in a list adds up; what goes through one piece after the other multiplies. A list that the
    expression brings along counts as long as it is.
    """
    if tree["type"] == "literal":
        return _count(tree["value"], COPIES_AT_MOST)
    copies = [_copies(child) for child in _children(tree)]
    if tree["type"] in ("multi_select_list", "multi_select_dict"):
        return max(1, sum(copies))
    product = 1
    for each in copies:
        product = min(product * each, COPIES_AT_MOST + 1)
    return product


def _refuse_large(payload: Any) -> None:
    if _count(payload, VALUES_AT_MOST) > VALUES_AT_MOST:
        raise Unreadable(f"body: holds more than {VALUES_AT_MOST} values")


def _count(value: Any, enough: int) -> int:
    """How many values there are in `value`, itself among them; over `enough`, not exactly. Without recursion."""
    waiting, seen = [value], 0
    while waiting and seen + len(waiting) <= enough:
        each = waiting.pop()
        seen += 1
        waiting.extend(each.values() if isinstance(each, Mapping) else each if isinstance(each, list) else ())
    return seen + len(waiting)
