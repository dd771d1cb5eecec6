"""What a file would change, item by item and field by field, for people to read."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.ascode import silences
from bot.ascode.faults import printable
from bot.ascode.fields import Item
from bot.ascode.reading import SECTIONS, Wanted

ADDED, CHANGED, REMOVED = "+", "~", "-"
WORDS = {ADDED: "added", CHANGED: "changed", REMOVED: "removed"}


@dataclass(frozen=True)
class Change:
    """One item as it is (`old`, None: it is added) and as it is to be (`new`, None: it is removed).

    `row_id` is that of a client. The order of the routes counts as an item without a name.
    """

    section: str
    name: str
    old: Item | None
    new: Item | None
    row_id: int | None = None

    @property
    def sign(self) -> str:
        return ADDED if self.old is None else REMOVED if self.new is None else CHANGED

    def lines(self) -> Iterator[str]:
        """One line for an item that is added or removed, one for each field that changes."""
        noun = SECTIONS[self.section].noun
        label = f"{noun} {json.dumps(self.name, ensure_ascii=False)}" if self.name else self.section
        if self.old is None or self.new is None:
            yield printable(f"{self.sign} {label}")
            return
        for path, old, new in _differences(self.old, self.new, ""):
            yield printable(f"{self.sign} {label}: {path}: {old} → {new}")


def changes(wanted: Wanted) -> list[Change]:
    """Everything that is to change, in the order of the sections and of the file; what is removed comes last."""
    found = list[Change]()
    for section, items in wanted.items.items():
        if section == "clients":
            found += _of_clients(wanted)
            continue
        found += _of_section(section, items, wanted)
        if section == "routes":
            found += _of_order(wanted)
    return found


def counts(found: Iterable[Change]) -> dict[str, dict[str, int]]:
    """How much is added, changed and removed, by section."""
    told: dict[str, dict[str, int]] = {}
    for (section, sign), number in Counter((each.section, each.sign) for each in found).items():
        told.setdefault(section, {})[WORDS[sign]] = number
    return told


def _of_section(section: str, items: list[Item], wanted: Wanted) -> Iterator[Change]:
    label, known = SECTIONS[section].label, wanted.names.known
    before = {label(item): item for item in SECTIONS[section].present(known, wanted.names)}
    after = {label(item): item for item in (silences.lasting(items, known.now) if section == "silences" else items)}
    for name, new in after.items():
        if before.get(name) != new:
            yield Change(section, name, before.get(name), new)
    if section != "sources":
        yield from (Change(section, name, old, None) for name, old in before.items() if name not in after)


def _of_clients(wanted: Wanted) -> Iterator[Change]:
    label = SECTIONS["clients"].label
    for row_id, (old, new) in wanted.clients:
        if old != new:
            yield Change("clients", label(old or new), old, new, row_id)


def _of_order(wanted: Wanted) -> Iterator[Change]:
    new = [item["name"] for item in wanted.items["routes"]]
    old = [item["name"] for item in SECTIONS["routes"].present(wanted.names.known, wanted.names)]
    stay = set(new) & set(old)
    old, new = [name for name in old if name in stay], [name for name in new if name in stay]
    if old != new:
        yield Change("routes", "", {"order": old}, {"order": new})


def _differences(old: Any, new: Any, path: str) -> Iterator[tuple[str, str, str]]:
    """The path of each field that differs, what it is and what it is to be."""
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for field in dict.fromkeys((*new, *old)):
            yield from _differences(old.get(field), new.get(field), f"{path}.{field}" if path else field)
    elif _has_parts(old) and _has_parts(new):
        for number in range(max(len(old), len(new))):
            before, after = (each[number] if number < len(each) else None for each in (old, new))
            yield from _differences(before, after, f"{path}[{number}]")
    else:
        yield path, _shown(old), _shown(new)


def _has_parts(value: Any) -> bool:
    """Whether it is a list of objects with fields of their own, such as levels; targets have but one."""
    return isinstance(value, list) and all(isinstance(each, Mapping) and len(each) > 1 for each in value)


def _shown(value: Any) -> str:
    if value is None or value == []:
        return "nothing"
    if isinstance(value, list):
        return ", ".join(_shown(each) for each in value)
    if isinstance(value, Mapping):
        if len(value) == 1:
            ((field, inner),) = value.items()
            return f"{field} ({_shown(inner)})" if isinstance(inner, list) else f"{field} {_shown(inner)}"
        return "; ".join(f"{field}: {_shown(inner)}" for field, inner in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)
