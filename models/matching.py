"""Matchers in Alertmanager's syntax: which alerts a route or a silence is about.

`severity="critical", team=~"pay.*", region!="eu"`, with or without `{ }` around it. Names and values may stand without
quotes where they hold no reserved sign. Within quotes `\\\\`, `\\"` and `\\n` are escapes and any other backslash is
itself, so that both `"\\\\d+"` and `"\\d+"` are understood; the curly quotes that phones and Macs type count as quotes.
An expression matches the whole value, a label that is missing equals the empty value, and all matchers must hold.
"""

import operator
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from models.pattern import pattern
from models.words import Origin, Severity


class Op(StrEnum):
    EQUAL = "="
    NOT_EQUAL = "!="
    MATCHES = "=~"
    MATCHES_NOT = "!~"
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


_EQUALITY = (Op.EQUAL, Op.NOT_EQUAL)
_EXPRESSION = (Op.MATCHES, Op.MATCHES_NOT)
_ORDER = {
    Op.LESS: operator.lt,
    Op.AT_MOST: operator.le,
    Op.MORE: operator.gt,
    Op.AT_LEAST: operator.ge,
}
NUMBER = "days_to_renewal"
WORDS: Mapping[str, tuple[str, ...]] = {
    "severity": tuple(severity.label for severity in Severity),
    "origin": tuple(origin.value for origin in Origin),
}
"""The attributes that have a fixed list of values."""
_NUMERIC = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?")


@dataclass(frozen=True)
class Subject:
    """What is matched. An attribute hides a label of its name (a sender cannot pose as a client); `label.<name>` is
    always the label. `days_to_renewal` is None where no renewal is known."""

    labels: Mapping[str, str] = field(default_factory=dict)
    severity: Severity = Severity.HIGH
    origin: Origin = Origin.SIGNAL
    source: str = ""
    source_kind: str = ""
    client: str = ""
    tier: str = ""
    owner: str = ""
    days_to_renewal: float | None = None

    def value(self, name: str) -> str:
        """What `name` stands for, empty where it is missing."""
        match name:
            case "severity":
                return self.severity.label
            case "origin":
                return self.origin.value
            case "source" | "source_kind" | "client" | "tier" | "owner":
                return str(getattr(self, name))
            case "days_to_renewal":
                return "" if self.days_to_renewal is None else str(self.days_to_renewal)
        return self.labels.get(name.removeprefix("label."), "")


@dataclass(frozen=True)
class Matcher:
    """One condition on one label or attribute; raises ValueError where it could never be meant."""

    name: str
    op: Op
    value: str

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("a matcher needs a name")
        if self.name == NUMBER:
            self._check_number()
        elif self.op in _ORDER:
            raise ValueError(f"{self.name} is no number, {self.op} is only for {NUMBER}; use =, !=, =~ or !~")
        if self.op in _EXPRESSION:
            pattern(self.value)
        words = WORDS.get(self.name)
        if words and self.op in _EQUALITY and self.value not in words:
            raise ValueError(
                f"{self.name} must be one of {', '.join(words)}, not {quoted(self.value)}; "
                f"the sender's own label is label.{self.name}"
            )

    def _check_number(self) -> None:
        if self.op in _EXPRESSION:
            raise ValueError(f"{NUMBER} is a number; use =, !=, <, <=, > or >=")
        if not _NUMERIC.fullmatch(self.value) and (self.op in _ORDER or self.value):
            raise ValueError(f"{NUMBER} is compared with a number of days, not {quoted(self.value)}")

    def __str__(self) -> str:
        name = self.name if _NAME.fullmatch(self.name) else quoted(self.name)
        return f"{name}{self.op}{self.value if self.op in _ORDER else quoted(self.value)}"

    def matches(self, subject: Subject) -> bool:
        return self.accepts(subject.value(self.name))

    def accepts(self, value: str) -> bool:
        """Does the condition hold where the label or attribute has this value (empty: is missing)?"""
        match self.op:
            case Op.EQUAL:
                return self._equals(value)
            case Op.NOT_EQUAL:
                return not self._equals(value)
            case Op.MATCHES:
                return pattern(self.value).matches(value)
            case Op.MATCHES_NOT:
                return not pattern(self.value).matches(value)
        return bool(value) and bool(_ORDER[self.op](float(value), float(self.value)))

    def _equals(self, value: str) -> bool:
        if self.name == NUMBER and value and self.value:
            return float(value) == float(self.value)
        return value == self.value


def mismatch(matchers: Iterable[Matcher], subject: Subject) -> str | None:
    """Why `matchers` do not hold for `subject`, by the first of them that does not; None when all do."""
    for matcher in matchers:
        if not matcher.matches(subject):
            value = subject.value(matcher.name)
            is_now = f"is {quoted(value if len(value) <= 60 else value[:59] + '…')}" if value else "is not set"
            return f"{matcher} does not hold: {matcher.name} {is_now}"
    return None


def joined(matchers: Iterable[Matcher]) -> str:
    """The text that `parse_matchers` reads back."""
    return ", ".join(map(str, matchers))


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def parse_matchers(text: str) -> tuple[Matcher, ...]:
    """The matchers that `text` spells, none for an empty text.

    Raises ValueError in one line: where (the first character is 1), what was expected, what was found.
    """
    reader = _Reader(text)
    in_braces = reader.take("{")
    matchers = list[Matcher]()
    while not reader.at_end("}" if in_braces else ""):
        matchers.append(reader.matcher())
        if not reader.take(",") and not reader.at_end("}" if in_braces else ""):
            raise reader.wrong('"," or "}"' if in_braces else '"," or the end')
    if in_braces and not reader.take("}"):
        raise reader.wrong('"}"')
    if not reader.at_end():
        raise reader.wrong("the end")
    return tuple(matchers)


def leading_matchers(text: str) -> tuple[tuple[Matcher, ...], str]:
    """The matchers that a command begins with, with commas or blanks between them, and the text after them.

    `team="search" env=prod 2h deploy` gives two matchers and `2h deploy`. Raises ValueError as `parse_matchers` does.
    """
    reader = _Reader(text)
    matchers = list[Matcher]()
    in_braces = reader.take("{")
    while reader.is_at_matcher():
        matchers.append(reader.matcher())
        reader.take(",")
    if in_braces and not reader.take("}"):
        raise reader.wrong('"}"')
    return tuple(matchers), text[reader.at :].strip()


_RESERVED = r"\s{}!=~,\"'`<>“”„"
_NAME = re.compile(rf"[^{_RESERVED}\\]+")
_BARE = re.compile(rf"[^{_RESERVED}]+")
_OP = re.compile(r"=~|!~|!=|<=|>=|=|<|>")
_QUOTED = re.compile(r'"((?:\\.|[^"\\])*)"|[“”„]((?:\\.|[^“”„"\\])*)[“”„"]', re.DOTALL)
_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self._skip_blanks()

    def matcher(self) -> Matcher:
        begins = self.at
        name = self._word(_NAME, "a label's name")
        op = self._op(name)
        value = self._word(_BARE, f"a value after {op} (an empty one is {quoted('')})")
        try:
            return Matcher(name, op, value)
        except ValueError as error:
            raise ValueError(f"at character {begins + 1}: {error}") from None

    def is_at_matcher(self) -> bool:
        found = _QUOTED.match(self.text, self.at) or _NAME.match(self.text, self.at)
        return bool(found and _OP.match(self.text[found.end() :].lstrip()))

    def take(self, sign: str) -> bool:
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        self._skip_blanks()
        return True

    def at_end(self, sign: str = "") -> bool:
        return self.at == len(self.text) or bool(sign and self.text.startswith(sign, self.at))

    def wrong(self, expected: str) -> ValueError:
        found = self.text[self.at : self.at + 1]
        hint = "; a value with this sign needs double quotes" if found and found not in ",{}" else ""
        return ValueError(
            f"at character {self.at + 1}: expected {expected}, found {repr(found) if found else 'the end'}{hint}"
        )

    def _op(self, name: str) -> Op:
        found = _OP.match(self.text, self.at)
        if found is None:
            raise self.wrong(f"=, !=, =~ or !~ after {quoted(name)}")
        self.at = found.end()
        self._skip_blanks()
        return Op(found[0])

    def _word(self, bare: re.Pattern[str], expected: str) -> str:
        if self.text[self.at : self.at + 1] in tuple('"“”„'):
            found = _QUOTED.match(self.text, self.at)
            if found is None:
                raise ValueError(f"at character {self.at + 1}: expected a closing quote for the one that opens here")
            inner = found[1] if found[1] is not None else found[2]
            word = re.sub(r"\\.", lambda each: _ESCAPES.get(each[0], each[0]), inner)
        else:
            found = bare.match(self.text, self.at)
            if found is None:
                raise self.wrong(expected)
            word = found[0]
        self.at = found.end()
        self._skip_blanks()
        return word

    def _skip_blanks(self) -> None:
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1
