"""Which faults happen when: pure, and the same for the same seed.

Faults come in bouts with calm between them, so that what is due in the calm is measured too, and so that no lateness
can hide behind one fault after the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

STEPS, SLACK, INTAKE, EVENTS, RATING = "steps", "slack", "intake", "events", "rating"
"""The paths that a fault can lie on: taking steps, Slack's Web API, what comes in, Slack's events, the LLM."""

PROCESSES = {"page": "page or clock", "clock": "page or clock", "web": "web or rate", "rate": "web or rate"}
BOUT_SECONDS = 10.0
"""The faults of a bout begin within so many seconds."""
PREVIOUS = "previous release"
UPGRADE_EVERY = 8
LONG_OUTAGE = "Slack out for long"
LONG_OUTAGE_SECONDS = 600.0
LONG_FORM_SECONDS, MIDDLE_FORM_SECONDS = 1200.0, 360.0
"""A run that takes at least so long has ten minutes without Slack as well; a middle one, a quarter of its time."""


@dataclass(frozen=True)
class Kind:
    """What a kind of fault touches, and how many seconds it lasts.

    `path` names what may be late because of it. Of two faults that use the same thing (`uses`) one waits for the other.
    """

    name: str
    path: frozenset[str]
    shortest: float
    longest: float
    uses: str = ""


@dataclass(frozen=True)
class Fault:
    """One fault: `begin` in seconds, `length` in seconds."""

    kind: str
    begin: float
    length: float
    path: frozenset[str]

    @property
    def end(self) -> float:
        return self.begin + self.length


def _kind(name: str, path: str, shortest: float, longest: float, uses: str = "") -> Kind:
    return Kind(name, frozenset(path.split()), shortest, longest, uses)


KINDS = (
    _kind("kill web", INTAKE, 1, 5, "web"),
    _kind("kill page", STEPS, 1, 5, "page"),
    _kind("kill rate", RATING, 1, 5, "rate"),
    _kind("kill clock", STEPS, 1, 5, "clock"),
    _kind("terminate web", INTAKE, 1, 5, "web"),
    _kind("terminate page", STEPS, 1, 5, "page"),
    _kind("terminate rate", RATING, 1, 5, "rate"),
    _kind("terminate clock", STEPS, 1, 5, "clock"),
    _kind("Redis stopped", f"{STEPS} {RATING}", 3, 8, "redis"),
    _kind("Redis flushed", f"{STEPS} {RATING}", 0, 0, "redis"),
    _kind("Redis restarted empty", f"{STEPS} {RATING}", 0.2, 1, "redis"),
    _kind("PostgreSQL restarted", f"{STEPS} {INTAKE} {RATING}", 1, 4, "postgres"),
    _kind("connections cut", f"{STEPS} {INTAKE} {RATING}", 0, 0, "postgres"),
    _kind("disk full", f"{STEPS} {INTAKE} {RATING}", 3, 6, "postgres"),
    _kind("statement timeouts", f"{STEPS} {INTAKE} {RATING}", 3, 8, "postgres"),
    _kind("Slack 429", SLACK, 4, 8, "slack"),
    _kind("Slack 5xx", SLACK, 3, 8, "slack"),
    _kind("Slack slow", SLACK, 4, 8, "slack"),
    _kind("answers dropped", SLACK, 2, 6, "slack"),
    _kind("Slack out", SLACK, 5, 12, "slack"),
    _kind("look-ups fail", SLACK, 8, 12, "slack"),
    _kind("LLM out", RATING, 8, 15),
    _kind("events doubled", EVENTS, 8, 15, "events"),
    _kind("events reordered", EVENTS, 8, 15, "events"),
    _kind("poison row", "", 0, 0),
    _kind(PREVIOUS, "", 8, 12, "previous"),
    _kind("post in flight", SLACK, 10, 14, "slack"),
)
ROTATION = tuple(each for each in KINDS if each.name != PREVIOUS)
BY_NAME = {each.name: each for each in KINDS} | {LONG_OUTAGE: _kind(LONG_OUTAGE, SLACK, 600, 600)}


def planned(seconds: float, seed: int, every: float, each_bout: int) -> list[Fault]:
    """The faults of `seconds`, by when they begin: bouts of `each_bout`, one `every` so many seconds.

    Every kind comes before any comes again. Now and then a bout is an upgrade instead, with the previous release beside
    this one. Longer runs have a long outage of Slack as well.
    """
    random = Random(seed)
    kinds, outage = _endlessly(random), _outage(seconds)
    faults = [*outage]
    starts = list(_starts(seconds, every))
    for number, start in enumerate(starts):
        if _is_upgrade(number, len(starts)) and not any(each.begin - every < start < each.end for each in outage):
            faults.append(_fault(BY_NAME[PREVIOUS], start, random))
        else:
            faults += [_fault(next(kinds), start + random.uniform(0, BOUT_SECONDS), random) for _ in range(each_bout)]
    return sorted(faults, key=lambda fault: (fault.begin, fault.kind))


def _outage(seconds: float) -> list[Fault]:
    if seconds < MIDDLE_FORM_SECONDS:
        return []
    length = LONG_OUTAGE_SECONDS if seconds >= LONG_FORM_SECONDS else seconds / 4
    return [Fault(LONG_OUTAGE, round(seconds / 3, 1), length, frozenset({SLACK}))]


def _is_upgrade(number: int, bouts: int) -> bool:
    """Whether a bout is left to the previous release alone: what that does in a fault, it does by its own rules."""
    return number % UPGRADE_EVERY == UPGRADE_EVERY - 1 if bouts >= UPGRADE_EVERY else number == bouts - 1


def _starts(seconds: float, every: float) -> Iterator[float]:
    """When the bouts begin; the last one leaves a calm behind it."""
    start = every / 4
    while start + every * 3 / 4 <= seconds:
        yield start
        start += every


def _endlessly(random: Random) -> Iterator[Kind]:
    """Round after round of all kinds, in each of which those of a group are spread evenly."""
    while True:
        groups: dict[str, list[Kind]] = {}
        for kind in random.sample(ROTATION, len(ROTATION)):
            groups.setdefault(_group(kind), []).append(kind)
        places = [
            ((number + random.random()) / len(some), kind.name, kind)
            for some in groups.values()
            for number, kind in enumerate(some)
        ]
        yield from (kind for _, _, kind in sorted(places, key=lambda place: place[:2]))


def _group(kind: Kind) -> str:
    """Kinds that are not to come together: those of one server, and of processes that do the same work."""
    return PROCESSES.get(kind.uses, kind.uses or kind.name)


def _fault(kind: Kind, begin: float, random: Random) -> Fault:
    return Fault(kind.name, round(begin, 2), round(random.uniform(kind.shortest, kind.longest), 2), kind.path)
