"""Routes that can never be taken: their matchers contradict each other, or an earlier route takes all that they match.

The check is careful: it names a route only when it is certain, by trying every value that could make a difference
where they can be listed, and says nothing where they cannot.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from models.matching import NUMBER, WORDS, Matcher, Op
from models.routing import Route


@dataclass(frozen=True)
class Unreachable:
    route: str
    reason: str


def unreachable(routes: Sequence[Route]) -> tuple[Unreachable, ...]:
    """The routes that are never taken whatever comes, each with its reason."""
    found = list[Unreachable]()
    for number, each in enumerate(routes):
        reason = contradiction(each.matchers) or _shadow(routes[:number], each)
        if reason is not None:
            found.append(Unreachable(each.name, reason))
    return tuple(found)


def contradiction(matchers: Iterable[Matcher]) -> str | None:
    """Why no alert at all can satisfy `matchers`; None when one may."""
    by_name = dict[str, list[Matcher]]()
    for matcher in matchers:
        by_name.setdefault(matcher.name, []).append(matcher)
    for group in by_name.values():
        values = _values(group, ())
        impossible = values is not None and not values
        opposites = any(_opposite(one, other) for one in group for other in group)
        if impossible or opposites:
            return f"no alert can have {' and '.join(dict.fromkeys(map(str, group)))}"
    return None


def implies(narrow: Iterable[Matcher], wide: Iterable[Matcher]) -> bool:
    """Certainly: whatever satisfies `narrow` satisfies `wide` too. False where that cannot be told."""
    given = tuple(narrow)
    return all(_follows(given, matcher) for matcher in wide)


def _shadow(earlier: Iterable[Route], late: Route) -> str | None:
    for each in earlier:
        if not each.continue_ and _covers_hours(each, late) and implies(late.matchers, each.matchers):
            return f'the earlier route "{each.name}" takes all that it matches'
    return None


def _covers_hours(early: Route, late: Route) -> bool:
    if early.hours is None or early.hours.is_always:
        return True
    return late.hours is not None and early.zone == late.zone and early.hours.covers(late.hours)


def _follows(given: Iterable[Matcher], matcher: Matcher) -> bool:
    if matcher.op is Op.MATCHES and matcher.value == ".*":
        return True
    about_it = [each for each in given if each.name == matcher.name]
    if any((each.op, each.value) == (matcher.op, matcher.value) for each in about_it):
        return True
    values = _values(about_it, (matcher,))
    return values is not None and all(map(matcher.accepts, values))


def _opposite(one: Matcher, other: Matcher) -> bool:
    return one.op is Op.MATCHES and other.op is Op.MATCHES_NOT and one.value == other.value


def _values(matchers: Sequence[Matcher], others: Iterable[Matcher]) -> list[str] | None:
    """The values that satisfy `matchers`, of all that could make a difference to them and to `others`.

    None when these cannot be listed.
    """
    candidates = _candidates(matchers, others)
    if candidates is None:
        return None
    return [value for value in candidates if all(matcher.accepts(value) for matcher in matchers)]


def _candidates(matchers: Sequence[Matcher], others: Iterable[Matcher]) -> Iterable[str] | None:
    for matcher in (*matchers, *others):
        if matcher.name == NUMBER:
            return _days((*matchers, *others))
        if matcher.name in WORDS:
            return WORDS[matcher.name]
    for matcher in matchers:
        if matcher.op is Op.EQUAL:
            return [matcher.value]
        if matcher.op is Op.MATCHES and _is_plain(matcher.value):
            return matcher.value.split("|")
    return None


def _days(matchers: Iterable[Matcher]) -> list[str]:
    """No renewal, every number that is named, and one below, between and above them."""
    named = sorted({float(each.value) for each in matchers if each.value})
    if not named:
        return ["", "0"]
    between = [(low + high) / 2 for low, high in pairwise(named)]
    return ["", *map(str, (named[0] - 1, *named, *between, named[-1] + 1))]


def _is_plain(expression: str) -> bool:
    """Nothing but words and `|`, so that its words are all that it matches."""
    return all(character.isalnum() or character in "|_- :/" for character in expression)
