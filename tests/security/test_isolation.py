"""Two workspaces with the same ids in everything: what happens in one neither changes nor shows the other."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Connection, Engine, event

import app as front
from bot import contacts
from bot.slack import Sent
from models.tables import Base
from tests.conftest import Servers
from tests.security import slack
from tests.security.actions import ACTIONS
from tests.security.isolated_routes import ROUTES
from tests.security.rows import Saved, digests
from tests.security.scene import CHANNEL, House, Scene

HERE, THERE = "ALPHA", "BRAVO"


class Twins:
    """Two furnished workspaces; what is done is done in the first."""

    def __init__(self, house: House, engine: Engine) -> None:
        self.house, self.engine = house, engine
        self.here, self.there = house.furnish("T0ONE", HERE), house.furnish("T0TWO", THERE)
        self.saved = Saved(engine)

    def scenes_without(self, scene: Scene) -> Scene:
        return self.there if scene is self.here else self.here

    def digest(self, scene: Scene) -> dict[str, str]:
        return digests(self.engine, scene.workspace)

    @contextmanager
    def untouched(self, what: str, aside: tuple[str, ...] = ()) -> Iterator[list[str]]:
        """Nothing of the other workspace changes meanwhile, and nothing of it is in what is added to the list."""
        before, shown = digests(self.engine, self.there.workspace, aside), list[str]()
        self.house.slack.forget()
        yield shown
        after = digests(self.engine, self.there.workspace, aside)
        assert [name for name in before if before[name] != after[name]] == [], f"{what} changed another workspace"
        told = "".join(shown) + self.house.slack.shown()
        assert THERE not in told, f"{what} showed another workspace: {told[:500]}"
        tokens = {token for token, _, _ in self.house.slack.calls if token}
        assert tokens <= {f"xoxb-{HERE}"}, f"{what} spoke with another workspace's token"


@pytest.fixture
def twins(house: House, servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Twins]:
    monkeypatch.setattr(contacts.Contacts, "send", lambda *_, **__: Sent("", ""))
    made = Twins(house, servers.admin)
    yield made
    made.saved.drop()


_TABLES = "|".join(table.name for table in Base.metadata.sorted_tables if table.name not in ("beats", "workspaces"))
OF_A_WORKSPACE = re.compile(rf"\b(?:FROM|INTO|UPDATE|JOIN) (?:{_TABLES})\b")
NAMED = re.compile(r"workspace_id (?:=|IN|NOT IN)|^INSERT .*workspace_id|\(workspace_id")
BY_ROW = re.compile(
    r"\b(?:id|alert_id|step_id|post_id|page_id|person_id|conversation_id|schedule_id|source_id|client_id|storm_id|way_id"
    r"|\w*fingerprint|id, pages\.attempt)\)? (?:=|IN|=\s*ANY|BETWEEN|>|<)"
)
"""By a number that only rows of one workspace have, or by the fingerprint of a secret."""
OF_ALL_WORKSPACES = (
    "DELETE FROM seen_events WHERE ctid",
    "SELECT 'step' AS kind",
    "SELECT coalesce(substring(way FROM",
    "SELECT conversations.id FROM conversations WHERE conversations.analyze_at <=",
    "SELECT ( SELECT min(",
    "SELECT (SELECT min(",
    "SELECT outcome, count(*) FROM requests",
    "SELECT posts.id FROM posts WHERE posts.redraw_at <=",
    "SELECT status, count(*) FROM alerts",
    "UPDATE labels SET text",
)
"""What is due next, figures of the whole house, and forgetting what is old: reviewed, and nothing of it is shown."""

TAKES_WHAT_IS_DUE = re.compile(r"_at <= .* LIMIT .* FOR UPDATE (OF \w+ )?SKIP LOCKED$")
"""A job takes rows of any workspace, each of which goes on in its own."""


@pytest.fixture
def statements() -> Iterator[set[str]]:
    """What is asked of the database meanwhile, by any engine."""
    seen = set[str]()

    def note(connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        seen.add(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


def test_every_action_stays_in_its_workspace(twins: Twins) -> None:
    for action in ACTIONS:
        for who in (twins.here.by("U0ADMIN"), twins.here.by("U0MEMBER")):
            for ids in (twins.here, twins.there):  # the second are row ids of the other workspace
                with twins.untouched(f"{action.name} of {ids.mark}") as shown:
                    answer = twins.house.send(action.build(ids, who))
                    assert answer.status_code == 200, f"{action.name}: {answer.text}"
                    shown.append(answer.text)
        twins.saved.restore()


EVENTS: list[dict[str, Any]] = [
    {"type": "message", "user": "U0EXTERNAL", "text": "I cancel", "team": "T0CLIENT", "channel_type": "channel"},
    {"type": "message", "subtype": "message_deleted", "deleted_ts": "1700000000.000100"},
    {"type": "message", "bot_id": "B0MON", "text": "FIRING: Disk", "channel": "C0ALERTS", "subtype": "bot_message"},
    {"type": "channel_id_changed", "old_channel_id": CHANNEL, "new_channel_id": "C0OTHER"},
    {"type": "channel_archive"},
    {"type": "channel_left"},
    {"type": "member_left_channel", "user": "U0HEED"},
    {"type": "member_joined_channel", "user": "U0HEED", "channel": "C0NEW"},
    {"type": "channel_shared", "channel": "C0NEWER"},
    {"type": "user_change", "user": {"id": "U0ADMIN", "name": "a", "deleted": True, "team_id": "T0ONE"}},
    {"type": "team_join", "user": {"id": "U0NEW", "name": "n", "team_id": "T0ONE"}},
    {"type": "tokens_revoked", "tokens": {"bot": ["U0HEED"]}},
    {"type": "app_uninstalled"},
]


def test_every_event_stays_in_its_workspace(twins: Twins) -> None:
    for told in EVENTS:
        before = digests(twins.engine, twins.here.workspace, aside=("seen_events",))
        with twins.untouched(told["type"]) as shown:
            more = {"channel": CHANNEL, "ts": "1700000000.000700", "event_ts": "1.1"}
            answer = twins.house.send(slack.event("T0ONE", {**more, **told}, shared=True))
            assert answer.status_code == 200
            shown.append(answer.text)
        after = digests(twins.engine, twins.here.workspace, aside=("seen_events",))
        assert after != before, f"{told['type']} did something where it belongs"
        twins.saved.restore()
        twins.house.app.extensions["installations"].forget("T0ONE")


def test_the_same_button_in_the_other_workspace_is_another_button(twins: Twins) -> None:
    """The very same payload but for the team: each acts on its own rows only."""
    for scene in (twins.here, twins.there):
        payload = slack.command(scene.by("U0ADMIN"), f"ack {scene.alerts['open']}")
        assert "Acknowledged" in twins.house.send(payload).text
        stolen = slack.command(scene.by("U0ADMIN"), f"show {(twins.scenes_without(scene)).alerts['client']}")
        assert "There is no alert" in twins.house.send(stolen).text


def test_every_route_has_an_example(house: House) -> None:
    assert {rule for rule, _ in ROUTES} == _rules(house.app)


def _rules(app: Flask) -> set[str]:
    return {f"{method} {rule.rule}" for rule in app.url_map.iter_rules() for method in rule.methods or ()} - {
        f"{method} {rule.rule}" for rule in app.url_map.iter_rules() for method in ("HEAD", "OPTIONS")
    }


def test_every_route_stays_in_its_workspace(twins: Twins) -> None:
    for name, build in ROUTES:
        method, _, _ = name.partition(" ")
        for ids in (twins.here, twins.there):
            address, given = build(twins.here, ids)
            with twins.untouched(name) as shown:
                answer = twins.house.client.open(address, method=method, **given)
                assert answer.status_code < 500 or answer.status_code == 503, answer.text
                if address != "/metrics":
                    shown.append(answer.text)


def test_jobs_that_follow_from_one_workspace_touch_no_other(twins: Twins) -> None:
    for _ in range(2):
        twins.house.run_jobs()
    twins.house.client.post(
        f"/alerts/generic/{twins.here.secrets['source']}", json={"title": "Again", "severity": "critical"}
    )
    for words in ("page <@U0SECOND> Help", "test", "schedule Duty"):
        assert twins.house.send(slack.command(twins.here.by("U0ADMIN"), words)).status_code == 200
    said = {"type": "message", "user": "U0EXTERNAL", "text": "We cancel today!", "team": "T0CLIENT", "channel": CHANNEL}
    twins.house.send(slack.event("T0ONE", {**said, "ts": "1700000000.000800", "channel_type": "channel"}, shared=True))
    before = twins.digest(twins.here)
    with twins.untouched("a job", aside=("workspaces",)):  # when it was checked stands there
        twins.house.run_jobs()
    assert twins.digest(twins.here) != before


def test_jobs_for_both_speak_with_each_in_its_own_words(twins: Twins) -> None:
    for scene in (twins.here, twins.there):
        signal = {"title": f"Again {scene.mark}", "severity": "critical"}
        twins.house.client.post(f"/alerts/generic/{scene.secrets['source']}", json=signal)
    twins.house.slack.forget()
    for _ in range(2):
        twins.house.run_jobs()
    crossed = [call for call in twins.house.slack.calls if call[0] == f"xoxb-{HERE}" and THERE in str(call[2])]
    crossed += [call for call in twins.house.slack.calls if call[0] == f"xoxb-{THERE}" and HERE in str(call[2])]
    assert crossed == []
    assert {token for token, _, _ in twins.house.slack.calls} == {f"xoxb-{HERE}", f"xoxb-{THERE}"}
    posted = {token for token, method, given in twins.house.slack.calls if method == "chat.postMessage"}
    assert posted == {f"xoxb-{HERE}", f"xoxb-{THERE}"}


CONFIGURATION = """
version: 1
policies:
- {name: Everything, default: true, laps: 2, levels: [{targets: [admins], timeout: 5m}]}
"""
COMMANDS = {
    "paged": [["--workspace", "T0ONE"], ["--workspace", "T0ONE", "--json"]],
    "trace": [["{open}", "--workspace", "T0ONE"], ["{other}", "--workspace", "T0ONE"]],
    "export": [["--workspace", "T0ONE"]],
    "apply": [["FILE", "--workspace", "T0ONE"], ["FILE", "--dry-run", "--workspace", "T0ONE"]],
    "workspace": [["--workspace", "T0ONE"], ["--keep-texts", "2d", "--tokens-a-day", "9", "--workspace", "T0ONE"]],
    "clients": [["import", "CSV", "--workspace", "T0ONE"]],
    "source": [
        ["list", "--workspace", "T0ONE"], ["show", "generic prod", "--workspace", "T0ONE"],
        ["test", "generic prod", "--workspace", "T0ONE"], ["rotate", "generic prod", "--workspace", "T0ONE"],
        ["change", "generic prod", "--allow-from", "192.0.2.0/24", "--workspace", "T0ONE"],
        ["add", "generic", "fresh", "--workspace", "T0ONE"], ["add", "generic", "prod", "--workspace", "T0ONE"],
        ["remove", "generic prod", "--workspace", "T0ONE"],
    ],
}  # fmt: skip
OF_THE_WHOLE_HOUSE = {
    "run", "web", "worker", "clock", "socket", "simulator", "migrate", "doctor", "assess", "rotate-keys",
}  # fmt: skip
"""Commands of the operator, who runs every workspace: they take none."""


def test_every_command_takes_a_workspace_or_is_of_the_whole_house() -> None:
    assert set(COMMANDS) | OF_THE_WHOLE_HOUSE == set(front.COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stays_in_its_workspace(
    twins: Twins, name: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = twins.house.context.settings
    monkeypatch.chdir(tmp_path)
    for field in ("database_url", "redis_url", "heed_var"):
        monkeypatch.setenv(field.upper(), str(getattr(settings, field)))
    monkeypatch.setenv("HEED_SECRET_KEY", settings.heed_secret_key.get_secret_value())
    (tmp_path / "FILE").write_text(CONFIGURATION)
    (tmp_path / "CSV").write_text("name,tier,channels\nAcme,gold,#acme\n")
    numbers = {"open": twins.here.alerts["open"], "other": twins.there.alerts["open"]}
    for arguments in COMMANDS[name]:
        with twins.untouched(f"{name} {arguments}") as shown:
            found = CliRunner().invoke(front.main, [name, *(each.format(**numbers) for each in arguments)])
            assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
            shown.append(found.output)


def test_every_statement_names_its_workspace_or_a_row_that_has_one(twins: Twins, statements: set[str]) -> None:
    """What Slack or people call a thing is alike in both workspaces: it never finds a row by itself."""
    for action in ACTIONS:
        twins.house.send(action.build(twins.here, twins.here.by("U0ADMIN")))
    for name, build in ROUTES:
        address, given = build(twins.here, twins.here)
        twins.house.client.open(address, method=name.partition(" ")[0], **given)
    twins.house.run_jobs()
    flat = {" ".join(each.split()) for each in statements}
    about = {each for each in flat if OF_A_WORKSPACE.search(each)}
    assert len(about) > 200
    free = {each for each in about if not NAMED.search(each) and not BY_ROW.search(each)}
    unknown = {each for each in free if not any(each.startswith(begin) for begin in OF_ALL_WORKSPACES)}
    assert {each for each in unknown if not TAKES_WHAT_IS_DUE.search(each)} == set()
