"""Who may do what: every action of a person by everybody there is, guests and people from outside included."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

from tests.conftest import Servers
from tests.security.actions import ACTIONS, ANSWERERS, EVENTS_OF_NOBODY, STAFF, Action, Registered, known
from tests.security.rows import Saved, digests
from tests.security.scene import House, Scene
from tests.security.slack import Someone

ROLES = ("admin", "responder", "member", "paged", "guest", "external", "gone", "elsewhere")
"""`external` is a client's person in a shared channel, `elsewhere` an admin of another workspace that has Heed too."""
WHY = (
    "Only ", "only ", "There is no", "is gone", "is not your", "may not", "cannot be", "acts for", "are for admins",
    "I don't know", "Nothing has changed", "Nobody was paged", "is for full members", "is yours to answer",
    "Nothing here. All is answered.", "can use Heed", "I need an active", "Nothing is open that concerns you",
    "This link",
)  # fmt: skip
REST = {
    "GET /api/alerts": STAFF,
    "GET /api/alerts/<alert_id>": STAFF,
    "PATCH /api/alerts/<alert_id>": STAFF,
    "GET /a/<token>": ANSWERERS,
    "POST /a/<token>": ANSWERERS,
}


class Matrix:
    """Two workspaces, saved as they are before each action, and how many checks were made."""

    def __init__(self, house: House, engine: Engine) -> None:
        self.house, self.engine = house, engine
        self.scene, self.other = house.furnish("T0ONE", "ALPHA"), house.furnish("T0TWO", "BRAVO")
        self.saved = Saved(engine)
        self.before = self.rows()
        self.checks = 0

    def rows(self) -> tuple[dict[str, str], dict[str, str]]:
        """Digests of both workspaces; that an event was seen is no change of anything."""
        aside = ("seen_events",)
        return digests(self.engine, self.scene.workspace, aside), digests(self.engine, self.other.workspace, aside)

    def someone(self, role: str) -> Someone:
        """Somebody of this role, as Slack tells of them; `elsewhere` acts where they are admin themselves."""
        match role:
            case "external":
                return self.scene.by("U0EXTERNAL", "T0CLIENT")
            case "elsewhere":
                return self.other.by("U0ADMIN")
        return self.scene.by(f"U0{role.upper()}")

    def restore(self) -> None:
        self.saved.restore()

    def check(self, action: Action, role: str) -> str:
        """What is wrong with how this action went for this role; empty if all is well."""
        self.house.slack.forget()
        who = self.someone(role)
        with capture_logs() as logs:
            answer = self.house.send(action.build(self.scene, who))
        shown = json.loads(json.dumps(answer.text)) + self.house.slack.shown()
        failures = [each for each in logs if each["log_level"] == "error"]
        if answer.status_code != 200 or failures:
            return f"it failed: {answer.status_code} {failures}"
        return self.judge(action.may, role, shown, action.shows, action.is_quiet)

    def judge(self, may: frozenset[str], role: str, shown: str, shows: str | None, is_quiet: bool = False) -> str:
        """`elsewhere` may do it where they are; here nothing may change, and nothing of here be shown."""
        self.checks += 1
        now = self.rows()
        here, there = (
            [name for name in then if then[name] != after[name]] for then, after in zip(self.before, now, strict=True)
        )
        if here or there:
            self.restore()
        if role == "elsewhere":
            wrong = here or [each for each in ("ALPHA",) if each in shown]
            return f"it reached another workspace: {wrong}" if wrong else ""
        if there or self.other.mark in shown:
            return f"it reached the other workspace: {there}"
        done = bool(here) if shows is None else shows.format(mark=self.scene.mark) in shown
        if role in may:
            return "" if done else f"it was not done: {shown[:400]}"
        if done or here:
            return f"it was done: {here} {shown[:400]}"
        return "" if is_quiet or any(why in shown for why in WHY) else f"no reason was given: {shown[:400]}"


@pytest.fixture
def matrix(house: House, servers: Servers) -> Iterator[Matrix]:
    made = Matrix(house, servers.admin)
    yield made
    made.saved.drop()


def _name(action: Action) -> str:
    """The name that the code knows an action by."""
    words = action.name.split()
    return " ".join(words[:2]) if action.name.startswith("/heed") else action.name


def test_every_action_that_the_code_has_stands_in_the_matrix(house: House) -> None:
    assert {_name(each) for each in ACTIONS} | set(REST) == known(house.app)
    registered = {each for each in Registered().names if each.startswith("event ")}
    assert registered <= EVENTS_OF_NOBODY | {each.name for each in ACTIONS}


def test_everybody_may_do_what_their_role_allows_and_nothing_else(matrix: Matrix) -> None:
    wrong = {}
    for action in ACTIONS:
        for role in ROLES:
            found = matrix.check(action, role)
            if found:
                wrong[f"{action.name} by {role}"] = found
    assert not wrong, "\n".join(f"{what}: {why}" for what, why in wrong.items())
    assert matrix.checks == len(ACTIONS) * len(ROLES)


@pytest.mark.parametrize("name", REST)
def test_tokens_and_signed_links_may_do_what_their_people_may(matrix: Matrix, name: str) -> None:
    method, _, rule = name.partition(" ")
    for role in ROLES:
        if role == "external":
            continue  # Nobody from outside has a row, so none has a token or a link.
        scene, who = (matrix.other, "U0ADMIN") if role == "elsewhere" else (matrix.scene, f"U0{role.upper()}")
        shown = _call(matrix.house, matrix.scene, method, rule, scene.secrets[who], scene.secrets[f"link {who}"])
        shows = None if method in ("POST", "PATCH") else "Disk full open {mark}"
        why = matrix.judge(REST[name], role, shown, shows)
        assert not why, f"{name} by {role}: {why}"


def _call(house: House, scene: Scene, method: str, rule: str, token: str, link: str) -> str:
    if rule.startswith("/a/"):
        return house.client.open(link, method=method).text
    address = rule.replace("<alert_id>", str(scene.alerts["open"]))
    body: dict[str, Any] = {"json": {"status": "acknowledged"}} if method == "PATCH" else {}
    return house.client.open(address, method=method, headers={"Authorization": f"Bearer {token}"}, **body).text
