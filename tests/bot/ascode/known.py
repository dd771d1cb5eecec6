"""A workspace as files are read against it, without a database."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.ascode.reading import Wanted, read
from bot.ascode.tree import parse
from models.actions.configuring import Configured, KnownClient, KnownPolicy, Place, Somebody
from models.actions.sources import SourceRef
from models.oncall import Schedule
from models.plan import Level, Plan, Target, TargetKind
from models.routing import Route, Silence
from models.schedule_json import schedule_from_json

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
PEOPLE = (
    Somebody(1, "U0ALICE", "alice", active=True, is_guest=False),
    Somebody(2, "U0BOB", "Bob", active=True, is_guest=False),
    Somebody(3, "U0CHARLIE", "charlie", active=True, is_guest=False),
    Somebody(4, "U0SAMONE", "sam", active=True, is_guest=False),
    Somebody(5, "U0SAMTWO", "Sam", active=True, is_guest=False),
    Somebody(6, "U0GWEN", "gwen", active=True, is_guest=True),
    Somebody(7, "U0OLD", "oliver", active=False, is_guest=False),
)
OPS, TWIN, OTHER_TWIN = Place("C0OPS00", "ops", 20), Place("C0TWIN1", "twin", 21), Place("C0TWIN2", "twin", 22)
SRE = Place("S0SRE00", "sre", 30)


def payments(name: str = "Payments") -> Schedule:
    """alice and Bob take turns of a week."""
    layer = {"name": "Week", "people": [1, 2], "every": 1, "unit": "weeks", "weekday": "monday", "handoff": "09:00"}
    return schedule_from_json({"name": name, "layers": [{**layer, "zone": "Europe/Berlin", "start": "2026-11-23"}]})


def policy(name: str, *targets: Target, is_default: bool = False) -> KnownPolicy:
    """A policy of one level with these targets (none: all admins), five minutes, one lap."""
    level = Level(targets or (Target(TargetKind.ADMINS),), timedelta(minutes=5))
    return KnownPolicy(Plan(name, (level,), 1), is_default)


def known(**changes: Any) -> Configured:
    """A workspace with the default policy "Everybody" and a schedule "Payments", but for these changes."""
    made: dict[str, Any] = {
        "workspace": "Northwind (T0NORTHWIND)",
        "now": NOW,
        "people": PEOPLE,
        "channels": (OPS, TWIN, OTHER_TWIN),
        "groups": (SRE,),
        "policies": (policy("Everybody", is_default=True),),
        "schedules": {1: payments()},
        "routes": tuple[Route, ...](),
        "silences": dict[str, tuple[int, Silence]](),
        "clients": tuple[KnownClient, ...](),
        "sources": tuple[SourceRef, ...](),
    }
    return Configured(**{**made, **changes})


def wanted(text: str, workspace: Configured | None = None) -> Wanted:
    """What a file with this text says; raises WrongFile."""
    return read(parse(text), workspace or known())
