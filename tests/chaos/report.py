"""The report of a run: one JSON object, which promises broke, and a table by kind of fault for people."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.oracle import (
    BOUND,
    REDRAWN_WITHIN,
    Flight,
    Oracle,
    Post,
    Step,
    Told,
    doubled,
    forgotten,
    in_calm,
    late_redraws,
    lost,
    on,
    redrawn_in,
    stale,
)
from tests.chaos.schedule import SLACK, STEPS, Fault

CALM = "calm"
CLIENT_WITHIN = 150.0
"""A client's message may have to wait for Slack to send its event again, which is after a minute."""


@dataclass(frozen=True)
class Evidence:
    """All that was seen from outside. `stored` are statuses by key; `said` and `alerted` are about clients."""

    told: Sequence[Told]
    poisoned: Sequence[Told]
    posts: Sequence[Post]
    faults: Sequence[Fault]
    flights: Sequence[Flight]
    stored: Mapping[str, str]
    said: Mapping[str, float]
    alerted: frozenset[str]
    failed_lookups: int
    ended: float
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Least:
    """What a run has to reach besides keeping its promises, so that it says something."""

    accepted: int = 0
    faults: int = 0
    in_calm: int = 0
    in_flight: int = 0


@dataclass
class Verdict:
    """`figures` as they are printed; `broken` is empty when every promise was kept."""

    figures: dict[str, Any]
    broken: list[str] = field(default_factory=list)


def judge(evidence: Evidence, least: Least) -> Verdict:
    """What happened, against what must have happened."""
    oracle = Oracle(evidence.posts, evidence.faults, evidence.ended)
    known = {each.key: each for each in [*evidence.told, *evidence.poisoned]}
    steps = [step for told in evidence.told for step in oracle.steps(told)]
    again = doubled(evidence.posts, known)
    gone = lost(known.values(), evidence.stored)
    unheard, unanswered = _unheard(evidence), forgotten(known.values(), evidence.stored)
    after = sum(oracle.after_answer(each) for each in evidence.told)
    redraws = late_redraws(evidence.flights, evidence.faults, evidence.ended)
    figures = {
        "accepted": sum(each.accepted is not None for each in known.values()),
        "lost": len(gone) + len(unheard) + len(unanswered),
        "missed": sum(step.missed for step in steps),
        "doubled": len(again),
        **_lateness("late", [step.late for step in steps if step.late is not None]),
        **_lateness("raw_late", [step.late_raw for step in steps if step.late_raw is not None]),
        "faults": len(evidence.faults),
        "steps": sum(step.posted is not None for step in steps),
        "steps_in_calm": in_calm(steps, evidence.faults),
        "too_late": sum((step.late or 0) > BOUND for step in steps),
        "look_up_failures": evidence.failed_lookups,
        "after_answer": after,
        "answers": sum(each.answered is not None for each in known.values()),
        "answers_lost": len(unanswered),
        "stale": len(stale(evidence.posts, known, evidence.faults, evidence.ended)),
        "in_flight": _flights(evidence),
        "clients": {"said": len(evidence.said), "told": len(evidence.alerted)},
        "by_fault": by_fault(steps, again, evidence.faults, list(known.values()), gone),
    }
    return Verdict(figures, _broken(figures, least, len(redraws), evidence.problems))


def _broken(figures: Mapping[str, Any], least: Least, redraws: int, problems: Iterable[str]) -> list[str]:
    """The promises that were not kept, as sentences."""
    tests = [
        (figures["lost"] > 0, f"{figures['lost']} accepted alerts or answers were lost"),
        (figures["missed"] > 0, f"{figures['missed']} steps were missed"),
        (figures["too_late"] > 0, f"{figures['too_late']} steps were more than {BOUND:.0f} s late"),
        (
            figures["doubled"] > figures["look_up_failures"],
            f"{figures['doubled']} doubled posts, with {figures['look_up_failures']} failed look-ups",
        ),
        (figures["after_answer"] > 0, f"{figures['after_answer']} posts came long after the answer"),
        (figures["stale"] > 0, f"{figures['stale']} posts do not show the answer"),
        (redraws > 0, f"{redraws} posts in flight were redrawn later than {REDRAWN_WITHIN:.0f} s"),
        (figures["accepted"] < least.accepted, f"only {figures['accepted']} alerts, not {least.accepted}"),
        (figures["faults"] < least.faults, f"only {figures['faults']} faults, not {least.faults}"),
        (figures["steps_in_calm"] < least.in_calm, f"only {figures['steps_in_calm']} steps fell due in calm"),
        (figures["in_flight"]["count"] < least.in_flight, f"only {figures['in_flight']['count']} posts in flight"),
    ]
    return [words for is_broken, words in tests if is_broken] + list(problems)


def _unheard(evidence: Evidence) -> list[str]:
    """Channels where a client said what nobody may miss, long enough ago, and nobody was told."""
    return [
        channel
        for channel, at in evidence.said.items()
        if channel not in evidence.alerted and _heard_by(at, evidence.faults) < evidence.ended
    ]


def _heard_by(said: float, faults: Iterable[Fault]) -> float:
    """When people must have been told of it at the latest: after the last fault that began while it could wait."""
    by = said + CLIENT_WITHIN
    for fault in sorted(faults, key=lambda each: each.begin):
        if fault.begin < by and fault.end > said:
            by = max(by, fault.end + CLIENT_WITHIN)
    return by


def _lateness(name: str, values: Sequence[float]) -> dict[str, float]:
    ranked = sorted(values) or [0.0]
    return {
        f"{name}_p50_s": _rank(ranked, 0.5),
        f"{name}_p99_s": _rank(ranked, 0.99),
        f"{name}_max_s": round(ranked[-1], 2),
    }


def _rank(ranked: Sequence[float], share: float) -> float:
    return round(ranked[min(len(ranked) - 1, int(share * len(ranked)))], 2)


def _flights(evidence: Evidence) -> dict[str, float]:
    faults = on({STEPS, SLACK}, evidence.faults)
    seconds = [redrawn_in(each, faults, evidence.ended) for each in evidence.flights]
    return {"count": len(seconds), "redrawn_max_s": round(max(seconds, default=0.0), 2)}


def by_fault(
    steps: Iterable[Step], again: Iterable[Post], faults: Sequence[Fault], told: Iterable[Told], gone: Collection[str]
) -> dict[str, dict[str, Any]]:
    """For each kind how often it came, what came in meanwhile, and the steps that it put off.

    `calm` has what came in while nothing was broken, and the steps that nothing put off.
    """
    came = [(each.key, _active(each.accepted, faults)) for each in told if each.accepted is not None]
    accepted = Counter(kind for _, kinds in came for kind in kinds)
    lost_in = Counter(kind for key, kinds in came if key in gone for kind in kinds)
    counted = Counter(fault.kind for fault in faults)
    moved: dict[str, list[Step]] = {kind: [] for kind in [CALM, *sorted(counted)]}
    for step in steps:
        for kind in set(step.faults) or {CALM}:
            moved.setdefault(kind, []).append(step)
    twice = Counter(kind for post in again for kind in _during(post.at, faults))
    return {
        kind: {
            "count": counted[kind],
            "accepted": accepted[kind],
            "lost": lost_in[kind],
            "steps": len(some),
            "missed": sum(step.missed for step in some),
            "doubled": twice[kind],
            **_lateness("late", [step.late for step in some if step.late is not None]),
        }
        for kind, some in moved.items()
    }


def _active(at: float, faults: Iterable[Fault]) -> set[str]:
    return {fault.kind for fault in faults if fault.begin <= at <= fault.end} or {CALM}


def _during(at: float, faults: Iterable[Fault]) -> set[str]:
    """The kinds that were active just before this moment; a double is of the fault before it."""
    return {fault.kind for fault in faults if fault.begin <= at <= fault.end + 4 * BOUND} or {CALM}


COLUMNS = ("count", "accepted", "lost", "steps", "missed", "doubled", "late_p50_s", "late_p99_s", "late_max_s")


def table(figures: Mapping[str, Any]) -> str:
    """What each kind of fault did, in columns, for people."""
    rows = [("", COLUMNS), *((kind, [row[name] for name in COLUMNS]) for kind, row in figures["by_fault"].items())]
    return "\n".join(f"{kind:24}" + "".join(f"{each!s:>12}" for each in row) for kind, row in rows)
