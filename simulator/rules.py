"""Small checkable rules from which the tables of Block Kit are made; errors read like Slack's."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from simulator.state import Json


class Report:
    """Collects the errors of one surface, and the ids that were seen on the way."""

    def __init__(self, surface: str) -> None:
        self.surface = surface
        self.errors: list[str] = []

    def add(self, problem: str, pointer: str) -> None:
        self.errors.append(f"{problem} [json-pointer:{pointer}]")


class Rule(Protocol):
    def check(self, value: Any, pointer: str, report: Report) -> None: ...


@dataclass(frozen=True)
class String:
    """A string of `least` to `most` characters, one of `choices` if there are any, matching `pattern`."""

    most: int = 3000
    least: int = 0
    choices: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    pattern: str = ""

    def check(self, value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, str):
            report.add("must be a string", pointer)
        elif len(value) > self.most:
            report.add(f"must be less than {self.most + 1} characters", pointer)
        elif len(value) < self.least:
            report.add(f"must be more than {self.least - 1} characters", pointer)
        elif self.choices and value not in self.choices:
            report.add(f"must be one of: {', '.join(self.choices)}", pointer)
        elif self.prefixes and not value.startswith(self.prefixes):
            report.add("must be a valid URL", pointer)
        elif self.pattern and not re.fullmatch(self.pattern, value):
            report.add("must have the right format", pointer)


@dataclass(frozen=True)
class Text:
    """A text object of one of the kinds."""

    most: int = 3000
    kinds: tuple[str, ...] = ("plain_text",)

    def check(self, value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add("must be an object", pointer)
            return
        kind = value.get("type")
        if kind not in self.kinds:
            report.add(f"must be a valid enum value: {', '.join(self.kinds)}", f"{pointer}/type")
            return
        allowed = {"type", "text"} | ({"emoji"} if kind == "plain_text" else {"verbatim"})
        for name in sorted(set(value) - allowed):
            report.add(f"invalid additional property: {name}", pointer)
        if "text" not in value:
            report.add("missing required field: text", pointer)
        else:
            String(self.most, 1).check(value["text"], f"{pointer}/text", report)


@dataclass(frozen=True)
class Kind:
    """A value of a Python type."""

    type: type | tuple[type, ...]
    name: str

    def check(self, value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, self.type) or (isinstance(value, bool) and self.type is not bool):
            report.add(f"must be a {self.name}", pointer)


@dataclass(frozen=True)
class Nullable:
    """A value, or null in its place."""

    rule: Rule

    def check(self, value: Any, pointer: str, report: Report) -> None:
        if value is not None:
            self.rule.check(value, pointer, report)


@dataclass(frozen=True)
class Items:
    """A list of `least` to `most` items."""

    item: Rule
    most: int
    least: int = 1

    def check(self, value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, list):
            report.add("must be an array", pointer)
            return
        if len(value) > self.most:
            report.add(f"no more than {self.most} items allowed", pointer)
        if len(value) < self.least:
            report.add(f"no fewer than {self.least} items allowed", pointer)
        for place, item in enumerate(value[: self.most]):
            self.item.check(item, f"{pointer}/{place}", report)


@dataclass(frozen=True)
class Shape:
    """An object: its fields, those that must be there, groups of which one must be there, and where it may be.

    `extra` is one more check of the whole object.
    """

    fields: Mapping[str, Rule]
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    surfaces: tuple[str, ...] = ("message", "modal", "home")
    extra: Callable[[Json, str, Report], None] | None = None

    def check(self, value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add("must be an object", pointer)
            return
        for name in self.required:
            if value.get(name) is None:
                report.add(f"missing required field: {name}", pointer)
        if self.one_of and not any(value.get(name) is not None for name in self.one_of):
            report.add(f"missing required field: {self.one_of[0]}", pointer)
        for name, one in value.items():
            rule = self.fields.get(name)
            if rule is None:
                report.add(f"invalid additional property: {name}", pointer)
            elif one is not None:
                rule.check(one, f"{pointer}/{name}", report)
        if self.extra is not None:
            self.extra(value, pointer, report)


@dataclass(frozen=True)
class OneOf:
    """An object whose `type` picks its shape from a table, restricted to `allowed` types if there are any."""

    table: Mapping[str, Rule]
    allowed: tuple[str, ...] = ()

    def check(self, value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add("must be an object", pointer)
            return
        kind = value.get("type")
        if kind is None:
            report.add("missing required field: type", pointer)
            return
        shape = self.table.get(str(kind)) if not self.allowed or kind in self.allowed else None
        if shape is None or (isinstance(shape, Shape) and report.surface not in shape.surfaces):
            report.add(f"unsupported type: {kind}", f"{pointer}/type")
            return
        shape.check(value, pointer, report)
