"""Files against a workspace: what is understood, and what is told of those that are wrong."""

import pytest

from bot.ascode.faults import WrongFile
from models.actions.configuring import KnownClient, Place
from models.plan import Target, TargetKind
from models.routing import Route
from tests.bot.ascode.known import known, payments, policy, wanted
from tests.bot.ascode.wrong_files import DEFAULT, FILES, TARGETS, WrongText


def told(text: str, **workspace: object) -> list[str]:
    with pytest.raises(WrongFile) as caught:
        wanted(text, known(**workspace))
    return [str(each) for each in caught.value.faults]


@pytest.mark.parametrize("wrong", FILES.values(), ids=FILES.keys())
def test_a_wrong_file_is_refused_with_line_and_field(wrong: WrongText) -> None:
    assert told(f"version: 1\n{wrong.text}") == list(wrong.told)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("sources: []\n", "1: version: is missing"),
        ("version: 2\n", "1: version: this Heed reads version 1"),
        ("version: one\n", '1: version: must be a whole number from 0 to 999999999, not "one"'),
        (
            "- version\n",
            "1: must be an object with version, policies, schedules, routes, silences, tiers, clients, sources",
        ),
    ],
)
def test_a_file_says_its_version_first(text: str, problem: str) -> None:
    assert told(text) == [problem]


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_the_lines() -> None:
    parts = ("a source of an unknown kind", "no default policy", "a route to a policy that is not there")
    text = "version: 1\n" + "".join(FILES[part].text for part in parts) + "version: 1\n"
    assert [each.partition(": ")[0] for each in told(text)] == ["3", "4", "9", "10"]


def test_what_a_target_says_is_kept_in_one_spelling() -> None:
    words = ['person: "@ALICE"', "person: U0BOB", "person: U0SAMONE", "schedule: Payments", "group: sre",
             "channel: ops", "channel: C0TWIN1", "person: U0OLD"]  # fmt: skip
    lines = "".join(f"          - {word}\n" for word in words)
    (item,) = wanted(f"version: 1\n{TARGETS}          - owner\n{lines}").items["policies"]
    assert item["levels"] == [
        {
            "targets": [
                "owner", {"person": "alice"}, {"person": "Bob"}, {"person": "U0SAMONE"}, {"schedule": "Payments"},
                {"group": "@sre"}, {"channel": "#ops"}, {"channel": "C0TWIN1"}, {"person": "U0OLD"},
            ],
            "timeout": "5m",
        }
    ]  # fmt: skip


def test_a_policy_may_name_a_schedule_that_the_same_file_brings() -> None:
    text = "version: 1\nschedules: []\n" + TARGETS + "          - schedule: Payments\n"
    assert "there is no schedule" in told(text)[0]
    layer = "{name: A, people: [alice], every: 1, unit: days, handoff: 17:00, zone: UTC, start: 2026-11-23}"
    text = text.replace("[]", f"[{{name: Payments, layers: [{layer}]}}]")
    assert set(wanted(text, known(schedules={})).items) == {"schedules", "policies"}


def test_a_file_cannot_remove_what_something_that_it_does_not_speak_of_still_names() -> None:
    routes = (Route("db", policy="Nights"), Route("all"))
    policies = (policy("Everybody", is_default=True), policy("Nights"))
    assert told(f"version: 1\n{DEFAULT}", routes=routes, policies=policies) == [
        '2: policies: the route "db" names the policy "Nights", which is not here'
    ]
    assert wanted(f"version: 1\n{DEFAULT}routes: []\n", known(routes=routes, policies=policies))
    robin = Target(TargetKind.ROUND_ROBIN, members=(Target(TargetKind.SCHEDULE, 1),), key="Everybody/1/1")
    pages = (policy("Everybody", robin, is_default=True),)
    assert told("version: 1\nschedules: []\n", policies=pages, schedules={1: payments()}) == [
        '2: schedules: the policy "Everybody" pages the schedule "Payments", which is not here'
    ]


def test_names_that_look_like_ids_or_are_doubled_are_spelled_by_id() -> None:
    places = (Place("C0OPS00", "ops", 20), Place("C0OPS01", "OPS", 21))
    text = f"version: 1\n{TARGETS}          - channel: C0OPS01\n"
    (item,) = wanted(text, known(channels=places)).items["policies"]
    assert item["levels"][0]["targets"] == [{"channel": "C0OPS01"}]


@pytest.mark.parametrize(
    ("item", "row", "after"),
    [
        ("{name: ACME, tier: gold}", 1, {"name": "ACME", "team": "T1", "tier": "gold"}),
        ("{team: T1}", 1, {"name": "Acme", "team": "T1"}),
        ("{name: Acme Inc, team: T1}", 1, {"name": "Acme Inc", "team": "T1"}),
        ("{name: Globex, team: T9}", 2, {"name": "Globex", "team": "T9"}),
        ("{name: Acme, team: T9}", None, {"name": "Acme", "team": "T9"}),
        ("{name: Umbrella}", None, {"name": "Umbrella"}),
        ("{name: Stub}", 4, {"name": "Stub", "team": "T4"}),
    ],
)
def test_a_client_is_found_by_its_team_or_else_by_its_name(item: str, row: int | None, after: dict[str, str]) -> None:
    clients = (
        KnownClient(1, "Acme", "T1"), KnownClient(2, "Globex"), KnownClient(3, "Stub"), KnownClient(4, "stub", "T4"),
    )  # fmt: skip
    ((found, (_, new)),) = wanted(f"version: 1\nclients:\n  - {item}\n", known(clients=clients)).clients
    assert (found, new) == (row, after)


def test_clients_that_cannot_be_told_apart_are_refused() -> None:
    twins = (KnownClient(1, "Acme", "T1"), KnownClient(2, "acme", "T2"))
    assert told("version: 1\nclients:\n  - name: ACME\n", clients=twins) == [
        '3: clients[0]: 2 clients are called "ACME"; name one by its Slack team'
    ]
    both = "version: 1\nclients:\n  - {team: T1, name: A}\n  - {team: T1, name: B}\n"
    assert told(both, clients=twins) == ["4: clients[1]: is the same client as clients[0]"]
