"""`paged` as it is typed: what it prints, its exit codes, and one line for what is wrong."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

import app
from bot.context import Context
from models.actions.plans import save_policy
from models.actions.rulebook import rules_changed
from models.config import Settings
from models.db import now_of
from models.matching import parse_matchers
from models.oncall import Schedule
from models.plan import Level, Plan, Target, TargetKind
from models.rotation import Rotation, Unit
from models.routing import LevelCondition, Route
from models.routing_json import route_to_json
from models.tables import Alert, Client, Person, RouteRow, SilenceRow, Workspace
from models.words import Severity
from tests.models.actions.house import House, build_house, forward
from tests.models.actions.rehearsal_house import schedule_row

AT = "2027-03-28T02:30+01:00"
NIGHT = datetime.fromisoformat(AT)
FIVE = timedelta(minutes=5)

Paged = Callable[..., Result]


@pytest.fixture
def paged(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Paged:
    """The command line on the tests' database."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("HEED_VAR", str(settings.heed_var))

    def run(*words: str) -> Result:
        return CliRunner().invoke(app.main, ["paged", *words])

    return run


@pytest.fixture
def house(context: Context) -> House:
    """Payments' critical alerts go to whoever is on call, then to the admins; alice and bob take turns in Berlin."""
    with context.db.begin() as session:
        found = build_house(session)
        alice, bob = (session.get_one(Person, found.people[who]) for who in ("alice", "bob"))
        alice.time_zone, bob.time_zone = "Europe/Berlin", "Asia/Kolkata"
        bob.quiet_from, bob.quiet_until = NIGHT - timedelta(days=70), NIGHT - timedelta(days=70, hours=-9)
        start = datetime(2027, 3, 27, 8, tzinfo=UTC)
        turns = Rotation("Day", (alice.id, bob.id), 1, Unit.DAYS, "Europe/Berlin", start, start.time())
        schedule = schedule_row(found.id, Schedule("Payments", (turns,)))
        session.add(schedule)
        session.flush()
        on_call = Level((Target(TargetKind.SCHEDULE, schedule.id),), FIVE)
        office = Level((found_person(found, "charlie"),), FIVE, LevelCondition(frozenset({Severity.LOW})))
        levels = on_call, office, Level((Target(TargetKind.ADMINS),), timedelta(seconds=90))
        save_policy(session, found.id, Plan("Payments", levels, 2), is_default=False)
        owner = Plan("Owners", (Level((Target(TargetKind.OWNER),), FIVE),), 1)
        save_policy(session, found.id, owner, is_default=False)
        routes = [
            Route("payments", parse_matchers('team="payments", severity=~"critical|low"'), policy="Payments"),
            Route("gold", parse_matchers('tier="gold"'), policy="Owners", severity=Severity.CRITICAL),
        ]
        for number, each in enumerate(routes):
            session.add(RouteRow(workspace_id=found.id, position=number, spec=route_to_json(each)))
    return found


def found_person(house: House, name: str) -> Target:
    return Target(TargetKind.PERSON, house.people[name])


def add(context: Context, house: House, *rows: object) -> None:
    with context.db.begin() as session:
        session.add_all(rows)
        rules_changed(session, house.id)


def test_the_whole_answer_for_people(context: Context, house: House, paged: Paged) -> None:
    add(
        context,
        house,
        SilenceRow(
            workspace_id=house.id, matchers='team="payments"', starts_at=NIGHT + FIVE, ends_at=NIGHT + 2 * FIVE,
            by="bob", why="deploy",
        ),
    )  # fmt: skip
    found = paged("--at", AT, "--label", "severity=critical", "--label", "team=payments")
    assert found.stdout == (
        "An alert at 2027-03-28 01:30 UTC, severity critical: policy Payments\n"
        '  taken   payments: team="payments", severity=~"critical|low" holds\n'
        'Silence 1 holds it until 2027-03-28 01:40 UTC: team="payments" by bob (deploy)\n'
        "\n"
        "minute  lap  level  who    way    their local time                    do not disturb\n"
        "     0    1      1  alice  slack  Sun 2027-03-28 03:30 Europe/Berlin\n"
        "     5    1      2  - held by silence 1 until 2027-03-28 01:40 UTC\n"
        "    10    1      2  - the level is for low only, the alert is critical\n"
        "    10    1      3  alice  slack  Sun 2027-03-28 03:40 Europe/Berlin\n"
        "    10    1      3  bob    slack  Sun 2027-03-28 07:10 Asia/Kolkata   on\n"
        "  11.5    2      1  alice  slack  Sun 2027-03-28 03:41 Europe/Berlin\n"
        "  16.5    2      2  - the level is for low only, the alert is critical\n"
        "  16.5    2      3  alice  slack  Sun 2027-03-28 03:46 Europe/Berlin\n"
        "  16.5    2      3  bob    slack  Sun 2027-03-28 07:16 Asia/Kolkata   on\n"
        "\n"
        "after 2 laps: nobody is paged any more; admins are told\n"
    )
    assert (found.exit_code, found.stderr) == (0, "")


def test_without_a_route_the_default_policy_answers(house: House, paged: Paged) -> None:
    found = paged("--at", AT)
    assert found.exit_code == 0
    lines = found.stdout.splitlines()
    assert lines[:4] == [
        "An alert at 2027-03-28 01:30 UTC, severity high: policy Nights",
        "No route takes it, so the default policy does.",
        '  passed  payments: team="payments" does not hold: team is not set',
        '  passed  gold: tier="gold" does not hold: tier is not set',
    ]
    assert lines[-1] == "after 1 lap: nobody is paged any more; admins are told"


def test_an_empty_level_is_exit_code_1_and_named(context: Context, house: House, paged: Paged) -> None:
    with context.db.begin() as session:
        session.get_one(Person, house.people["charlie"]).active = False
    found = paged("--at", AT, "--label", "severity=low", "--label", "team=payments")
    assert found.exit_code == 1
    assert "     5    1      2  - nobody to page: charlie\n" in found.stdout
    assert found.stdout.splitlines()[-2:] == [
        "At level 2 nobody would be reached.",
        "after 2 laps: nobody is paged any more; admins are told",
    ]
    assert paged("--at", AT, "--label", "severity=critical", "--label", "team=payments").exit_code == 0


def test_nobody_at_all_is_exit_code_1(context: Context, house: House, paged: Paged) -> None:
    with context.db.begin() as session:
        for person in session.query(Person):
            person.active = False
    found = paged("--at", AT)
    assert found.exit_code == 1
    assert found.stdout.splitlines()[-2:] == [
        "At levels 1, 2, 3 nobody would be reached.",
        "in lap 1 nobody can be reached; there is no admin to tell, and it is tried again every 5 minutes",
    ]


def test_a_policy_without_levels_is_exit_code_1(context: Context, house: House, paged: Paged) -> None:
    with context.db.begin() as session:
        save_policy(session, house.id, Plan("Nights", (), 1), is_default=True)
    found = paged("--at", AT)
    assert found.exit_code == 1
    assert found.stdout.splitlines()[-2:] == [
        "Nobody would be paged at all.",
        "the policy has no levels: nobody is paged; admins are told",
    ]


def test_json_says_the_same(house: House, paged: Paged) -> None:
    found = paged("--at", AT, "--label", "severity=critical", "--label", "team=payments", "--json")
    answer = json.loads(found.stdout)
    lines = answer.pop("lines")
    assert answer == {
        "at": "2027-03-28T01:30:00+00:00",
        "severity": "critical",
        "policy": "Payments",
        "missing_policy": None,
        "laps": 2,
        "routes": [
            {"route": "payments", "taken": True, "reason": 'team="payments", severity=~"critical|low" holds'}
        ],
        "silences": [],
        "channels": [],
        "reaches_everywhere": True,
        "empty_levels": [],
        "ending": "exhausted",
        "ends_at": "2027-03-28T01:43:00+00:00",
        "told": ["U0ALICE", "U0BOB"],
    }  # fmt: skip
    assert lines[0] == {
        "minute": 0.0,
        "at": "2027-03-28T01:30:00+00:00",
        "lap": 1,
        "level": 1,
        "outcome": "paged",
        "why": None,
        "people": [
            {
                "name": "alice",
                "slack_id": "U0ALICE",
                "way": "slack",
                "local_time": "2027-03-28T03:30:00+02:00",
                "time_zone": "Europe/Berlin",
                "do_not_disturb": False,
            }
        ],
        "silence": None,
        "until": None,
    }
    assert [(line["minute"], line["outcome"], len(line["people"])) for line in lines] == [
        (0, "paged", 1), (5, "not for this alert", 0), (5, "paged", 2),
        (6.5, "paged", 1), (11.5, "not for this alert", 0), (11.5, "paged", 2),
    ]  # fmt: skip


def test_json_tells_of_silences(context: Context, house: House, paged: Paged) -> None:
    until = NIGHT + timedelta(hours=1)
    row = SilenceRow(workspace_id=house.id, matchers="severity=high", starts_at=NIGHT, ends_at=until, by="bob")
    add(context, house, row)
    answer = json.loads(paged("--at", AT, "--json").stdout)
    assert [(each["id"], each["matchers"], each["ends_at"]) for each in answer["silences"]] == [
        ("1", 'severity="high"', "2027-03-28T02:30:00+00:00")
    ]
    held = answer["lines"][0]
    assert (held["outcome"], held["silence"], held["until"]) == ("held by a silence", "1", "2027-03-28T02:30:00+00:00")


def test_without_a_time_it_is_now_by_the_database_s_clock(context: Context, house: House, paged: Paged) -> None:
    forward(minutes=60 * 24 * 365)
    with context.db.begin() as session:
        now = now_of(session)
    answer = json.loads(paged("--json").stdout)
    assert now <= datetime.fromisoformat(answer["at"]) < now + timedelta(minutes=1)


def test_a_client_brings_its_tier_and_its_owner(context: Context, house: House, paged: Paged) -> None:
    acme = Client(
        workspace_id=house.id, team_id="T0ACME", name="Acme", created_at=NIGHT, tier="gold",
        owner_id=house.people["bob"], renews_on=date(2027, 4, 1),
    )  # fmt: skip
    add(context, house, acme)
    found = paged("--at", AT, "--client", "acme", "--json")
    answer = json.loads(found.stdout)
    assert (found.exit_code, answer["policy"], answer["severity"]) == (0, "Owners", "critical")
    assert [person["name"] for person in answer["lines"][0]["people"]] == ["bob"]
    by_label = paged("--at", AT, "--label", "tier=gold", "--json")
    assert (by_label.exit_code, json.loads(by_label.stdout)["empty_levels"]) == (1, [1])


def test_a_medium_alert_of_a_client_waits_for_the_digest_and_that_is_no_failure(
    context: Context, house: House, paged: Paged
) -> None:
    add(context, house, Client(workspace_id=house.id, team_id="T0ACME", name="Acme", created_at=NIGHT))
    found = paged("--at", AT, "--client", "Acme", "--label", "severity=medium")
    assert found.exit_code == 0
    assert found.stdout.splitlines()[-1] == "it waits for the daily digest: nobody is paged; admins are told"
    answer = json.loads(paged("--at", AT, "--client", "Acme", "--label", "severity=low", "--json").stdout)
    assert (answer["lines"], answer["ending"]) == ([], "waits for the daily digest")
    assert answer["reaches_everywhere"] is True
    gold = ["--client", "Acme", "--label", "severity=medium", "--label", "tier=gold", "--label", "owner=bob"]
    assert "policy Owners" in paged("--at", AT, *gold).stdout, "a route that names a policy pages"


def test_a_digest_that_nobody_gets_is_exit_code_1(context: Context, house: House, paged: Paged) -> None:
    add(context, house, Client(workspace_id=house.id, team_id="T0ACME", name="Acme", created_at=NIGHT))
    with context.db.begin() as session:
        for person in session.query(Person):
            person.active = False
    found = paged("--at", AT, "--client", "Acme", "--label", "severity=medium")
    assert found.exit_code == 1
    assert found.stdout.splitlines()[-2:] == [
        "Nobody would get the digest.",
        "it waits for the daily digest: nobody is paged; there is no admin to tell",
    ]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--label", "critical"], '"critical" is no label; write name=value, such as severity=critical'),
        (["--label", "severity=worst"], "severity must be one of critical, high, medium, low, not 'worst'"),
        (["--label", "team=a", "--label", "team=b"], "team is given twice"),
        (["--at", "2027-03-28T02:30"], '"2027-03-28T02:30" needs its offset from UTC, as in 2027-03-28T02:30+01:00: '),
        (["--at", "2027-03-28T24:00+01:00"], '"2027-03-28T24:00+01:00" is no time; write it as 2027-03-28T02:30+01:00'),
        (["--at", "tomorrow"], '"tomorrow" is no time; write it as 2027-03-28T02:30+01:00'),
        (["--at", ""], '"" is no time'),
        (["--client", "Beta"], 'there is no client "Beta"; there are none yet'),
        (["--client", ""], 'there is no client ""; there are none yet'),
        (["--workspace", "Eastwind"], "say which workspace with --workspace: T0NORTHWIND (Northwind)"),
    ],
)
def test_wrong_usage_is_exit_code_2_and_one_line(house: House, paged: Paged, words: list[str], problem: str) -> None:
    found = paged(*words)
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr.startswith(f"Error: {problem}")
    assert found.stderr.count("\n") == 1


def test_of_several_workspaces_one_is_to_be_named(context: Context, house: House, paged: Paged) -> None:
    with context.db.begin() as session:
        build_house(session, "Southwind", plan=["charlie"])
    found = paged("--at", AT)
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr == (
        "Error: say which workspace with --workspace: T0NORTHWIND (Northwind), T0SOUTHWIND (Southwind)\n"
    )
    for name in ("T0SOUTHWIND", "Southwind"):
        answer = json.loads(paged("--at", AT, "--workspace", name, "--json").stdout)
        assert len(answer["lines"]) == 1


def test_without_any_workspace_it_says_so(context: Context, paged: Paged) -> None:
    found = paged()
    assert found.exit_code == 2
    assert found.stderr == "Error: say which workspace with --workspace: none is installed yet\n"


def test_names_cannot_write_to_the_terminal_and_wide_ones_stay_in_line(
    context: Context, house: House, paged: Paged
) -> None:
    with context.db.begin() as session:
        names = {"alice": "al\x1b[31mice\nminute", "bob": "鮑勃"}
        for who, name in names.items():
            session.get_one(Person, house.people[who]).name = name
    rows = paged("--at", AT).stdout.split("\n\n")[1].splitlines()
    assert rows[1:] == [
        "     0    1      1  al[31mice minute  slack  Sun 2027-03-28 03:30 Europe/Berlin",
        "     5    1      2  鮑勃              slack  Sun 2027-03-28 07:05 Asia/Kolkata   on",
        "    10    1      3  charlie           slack  Sun 2027-03-28 01:40 UTC",
    ]


def test_nothing_is_written(context: Context, house: House, paged: Paged) -> None:
    paged("--at", AT)
    with context.db.begin() as session:
        assert _counts(session) == [0, 1]


def _counts(session: Session) -> list[int]:
    return [session.query(table).count() for table in (Alert, Workspace)]


def test_the_command_loads_nothing_heavy() -> None:
    heavy = {"matplotlib", "openai", "rq", "slack_bolt", "flask", "icalendar", "numpy"}
    code = f"import sys, app; app.find(app.COMMANDS['paged']); print(sorted({heavy} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
