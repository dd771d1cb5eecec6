"""A file against what is known of the workspace: every section's items, or everything that is wrong with it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bot.ascode import clients, policies, routes, schedules, silences, sources, tiers
from bot.ascode.clients import Pair
from bot.ascode.faults import WrongFile
from bot.ascode.fields import Fields, Item, Wrong, items, whole
from bot.ascode.names import Found, Names
from bot.ascode.tree import Tree
from models.actions.configuring import Configured
from models.schedule_check import Problem

VERSION = 1


@dataclass(frozen=True)
class Section:
    """How one section is read from a file and from the database; `label` tells its items apart and names them."""

    noun: str
    read: Callable[[object, str, Names, Wrong], Item]
    present: Callable[[Configured, Names], list[Item]]
    label: Callable[[Item], str]


def _name(item: Item) -> str:
    return str(item["name"])


SECTIONS: Mapping[str, Section] = {
    "policies": Section("policy", policies.read, policies.present, _name),
    "schedules": Section("schedule", schedules.read, schedules.present, _name),
    "routes": Section("route", routes.read, routes.present, _name),
    "silences": Section("silence", silences.read, silences.present, _name),
    "tiers": Section("tier", tiers.read, tiers.present, _name),
    "clients": Section("client", clients.read, clients.present, clients.label),
    "sources": Section("source", sources.read, sources.present, sources.label),
}


@dataclass(frozen=True)
class Wanted:
    """What a file says: the items of each section that it has, and which clients they are about."""

    names: Names
    items: Mapping[str, list[Item]]
    clients: list[tuple[int | None, Pair]]


def read(tree: Tree, known: Configured, found: Found | None = None, keeps: bool = False) -> Wanted:
    """What the file says of this workspace; raises WrongFile that tells everything that is wrong.

    With `keeps`, what a client has and the file does not speak of stays, its channels too.
    """
    wrong: Wrong = []
    fields = Fields(tree.value, "", wrong, ("version", *SECTIONS))
    if fields.required("version", whole(0, 999_999_999)) not in (VERSION, None):
        wrong.append(Problem("version", f"this Heed reads version {VERSION}"))
    data = tree.value if isinstance(tree.value, Mapping) else {}
    names = Names(known, found, _names_in(data, "schedules"), _names_in(data, "policies"))
    wanted = {name: _section(name, data[name], names, wrong) for name in SECTIONS if name in data}
    wrong += list(_together(wanted, names, {each.field for each in wrong}))
    are_clear = not any(each.field.startswith("clients") for each in wrong)
    matched = clients.pairs(wanted.get("clients", []), known, names, wrong, keeps) if are_clear else []
    faults = [*tree.faults, *(tree.fault(each.field, each.text) for each in wrong)]
    if faults:
        raise WrongFile(faults)
    return Wanted(names, wanted, matched)


def _names_in(data: Mapping[str, object], section: str) -> list[str] | None:
    """The names that a section of the file gives, right or wrong as its items may be; None without the section."""
    if section not in data:
        return None
    listed = data[section]
    found = [each.get("name") for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    return [name for name in found if isinstance(name, str)]


def _section(name: str, data: object, names: Names, wrong: Wrong) -> list[Item]:
    """The items of a section; they have different names, except for clients, who have teams besides."""
    section, read, seen = SECTIONS[name], list[Item](), dict[str, str]()
    for place, each in items(data, name, wrong):
        before = len(wrong)
        item = section.read(each, place, names, wrong)
        if len(wrong) == before and name != "clients":
            label = section.label(item)
            if seen.setdefault(label, place) != place:
                wrong.append(Problem(f"{place}.name", f'"{label}" stands in {seen[label]} already'))
        read.append(item)
    return read


def _together(wanted: Mapping[str, list[Item]], names: Names, told: set[str]) -> Iterator[Problem]:
    """What is wrong between items; `told` are the fields that are wrong by themselves."""
    if "policies" in wanted:
        defaults = [number for number, item in enumerate(wanted["policies"]) if item.get("default")]
        if not defaults and not any(field == "policies" or field.endswith(".default") for field in told):
            yield Problem("policies", "one of them needs default: true")
        yield from (
            Problem(f"policies[{number}].default", f"policies[{defaults[0]}] is the default one already")
            for number in defaults[1:]
        )
    yield from _left_behind(wanted, names)


def _left_behind(wanted: Mapping[str, list[Item]], names: Names) -> Iterator[Problem]:
    """What the file would remove, though something that it does not speak of still names it."""
    if "policies" in wanted and "routes" not in wanted:
        for route in routes.present(names.known, names):
            policy = route.get("policy")
            if policy is not None and policy not in names.policies:
                text = f'the route "{route["name"]}" names the policy "{policy}", which is not here'
                yield Problem("policies", text)
    if "schedules" in wanted and "policies" not in wanted:
        for policy in policies.present(names.known, names):
            for gone in sorted(policies.schedules_named(policy) - set(names.schedules)):
                text = f'the policy "{policy["name"]}" pages the schedule "{gone}", which is not here'
                yield Problem("schedules", text)
