"""`apply` and `export` against a real database and a simulated Slack."""

import re
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from bot.ascode.reading import SECTIONS
from models.actions import schedules, silencing, sources
from models.actions.configuring import lock
from models.actions.receiving import receive
from models.actions.sources import SourceRef
from models.db import now_of
from models.embedded import free_port
from models.matching import parse_matchers
from models.oncall import Override
from models.tables import Source
from tests.jobs.files import EXAMPLE, POLICY, SCHEDULE, SILENCE, Files, payments
from tests.models.actions.house import firing

# the example


def test_the_example_is_applied_once_and_then_there_is_nothing_to_change(files: Files) -> None:
    done = files.run(str(EXAMPLE))
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert {line.split()[1] for line in lines[: lines.index("applied")]} == {
        section.noun for section in SECTIONS.values()
    }
    before = files.everything()
    again = files.run(str(EXAMPLE))
    assert (again.exit_code, again.output) == (0, "nothing to change\n")
    assert files.run(str(EXAMPLE), "--dry-run").output == "nothing would change\n"
    assert files.everything() == before
    ((high, detail),) = files.rows("SELECT high, detail FROM entries WHERE kind = 'applied'")
    assert not high
    assert detail["file"] == "heed.example.yml"
    assert detail["counts"]["routes"] == {"added": 5}


def test_a_dry_run_tells_the_same_and_writes_nothing(files: Files) -> None:
    before = files.everything()
    told = files.run(str(EXAMPLE), "--dry-run")
    assert told.exit_code == 0
    assert files.everything() == before
    done = files.run(str(EXAMPLE)).stdout
    assert done.startswith(f"{told.stdout}applied\n")


def test_the_address_of_a_new_source_is_shown_once_and_works(files: Files) -> None:
    text = "sources:\n  - {kind: generic, name: scripts}\n"
    done = files.apply(text)
    (address,) = re.findall(r"^source generic scripts: (\S+)$", done.stdout, re.MULTILINE)
    assert "shown only now" in done.stderr
    files.world.post(address, {"title": "Disk full"})
    files.world.expect_page("alice", "Disk full")
    assert files.apply(text).output == "nothing to change\n"


# what is applied is what happens


def test_a_route_sends_an_alert_by_the_policy_of_the_file(files: Files) -> None:
    routes = "routes:\n  - {name: payments, matchers: 'team=\"payments\"', policy: Payments, severity: critical}\n"
    files.applied(payments("person: charlie") + routes)
    files.world.signal("Cards are refused", labels={"team": "payments"})
    files.world.expect_page("charlie", "Cards are refused")
    files.world.expect_no_page("alice")
    files.world.signal("Disk full")
    files.world.expect_page("alice", "Disk full")


def test_another_policy_becomes_the_default_one_and_the_old_one_goes(files: Files) -> None:
    assert files.applied(POLICY.replace("Everybody in charge", "All")) == [
        '+ policy "All"', '- policy "Everybody in charge"'
    ]  # fmt: skip
    assert files.rows("SELECT name, is_default FROM policies") == [("All", True)]
    text = payments("person: charlie").replace("    default: true\n", "") + "    default: true\n"
    assert files.applied(text.replace("Everybody in charge", "All")) == [
        '~ policy "All": default: true → nothing',
        '+ policy "Payments"',
    ]
    files.world.signal("Disk full")
    files.world.expect_page("charlie", "Disk full")


def test_members_of_a_round_robin_take_turns_under_a_key_of_their_own(files: Files) -> None:
    files.applied(payments("admins\n          - round_robin: [{person: alice}, {person: bob}]"))
    ((plan,),) = files.rows("SELECT plan FROM policies WHERE name = 'Payments'")
    assert plan["levels"][0]["targets"][1]["key"] == "Payments/1/2"


def test_only_what_has_changed_is_written(files: Files) -> None:
    files.applied(POLICY + SCHEDULE + SILENCE)
    before = files.everything()
    assert files.applied(POLICY.replace("laps: 3", "laps: 2") + SCHEDULE + SILENCE) == [
        '~ policy "Everybody in charge": laps: 3 → 2'
    ]
    after = files.everything()
    assert {table for table in before if before[table] != after[table]} == {"workspaces", "policies", "entries"}


def test_a_section_that_the_file_lacks_is_left_alone(files: Files) -> None:
    files.applied(POLICY + SCHEDULE + "routes:\n  - name: all\n")
    assert files.applied("clients:\n  - name: Acme\n") == ['+ client "Acme"']
    assert files.rows("SELECT name FROM schedules") == [("Nights",)]
    assert len(files.rows("SELECT * FROM routes")) == 1
    assert files.applied("schedules: []\nroutes: []\n") == ['- schedule "Nights"', '- route "all"']


def test_routes_stand_in_the_order_of_the_file(files: Files) -> None:
    files.applied("routes:\n  - name: a\n  - name: b\n")
    assert files.applied("routes:\n  - name: b\n  - name: c\n  - name: a\n") == [
        '+ route "c"', "~ routes: order: a, b → b, a"
    ]  # fmt: skip
    names = files.rows("SELECT spec->>'name' FROM routes ORDER BY position")
    assert names == [("b",), ("c",), ("a",)]


def test_clients_are_found_by_team_or_name_and_get_tier_owner_and_renewal(files: Files) -> None:
    files.world.says("dora", "acme", "Hello there")
    files.applied("clients:\n  - {name: Acme, team: T0ACME, tier: gold, owner: bob, renews_on: 2027-03-31}\n")
    owners = "LEFT JOIN people p ON p.id = owner_id"
    query = f"SELECT c.name, tier, p.name, renews_on::text FROM clients c {owners} ORDER BY c.id"
    assert files.rows(query) == [("Acme", "gold", "bob", "2027-03-31")]
    assert files.applied("clients:\n  - {name: ACME, tier: silver}\n  - name: Globex\n") == [
        '~ client "Acme": name: Acme → ACME',
        '~ client "Acme": tier: gold → silver',
        '~ client "Acme": owner: bob → nothing',
        '~ client "Acme": renews_on: 2027-03-31 → nothing',
        '+ client "Globex"',
    ]
    assert files.rows(query) == [("ACME", "silver", None, None), ("Globex", "", None, None)]


# what was made in Slack


def test_an_override_from_slack_outlives_a_change_of_its_schedule(files: Files) -> None:
    from_file = "    overrides:\n      - {person: charlie, start: 2026-12-24T09:00Z, end: 2026-12-25T09:00Z}\n"
    files.applied(SCHEDULE + from_file)
    with files.session() as session:
        (row,) = schedules.all_of(session, 1)
        now = now_of(session)
        schedules.override(session, row, Override(3, now, now + timedelta(hours=1)), made_by=1)
    assert files.applied(SCHEDULE.replace("alice, bob", "bob, alice")) == [
        '~ schedule "Nights": layers[0].people: alice, bob → bob, alice',
        '~ schedule "Nights": overrides: person: charlie; start: 2026-12-24T10:00+01:00; end: 2026-12-25T10:00+01:00 '
        "→ nothing",
    ]
    assert files.rows("SELECT applied FROM overrides") == [(False,)]
    assert "charlie" not in files.export()


def test_a_silence_from_a_file_holds_alerts_until_the_file_drops_it(files: Files) -> None:
    files.world.signal("Index is slow", labels={"team": "search"})
    files.world.expect_page("alice", "Index is slow")
    assert files.applied(SILENCE) == ['+ silence "Move"']
    files.world.forward(minutes=30)
    assert len(files.world.pages("alice")) == 1
    assert files.applied(SILENCE + "    why: moving\n") == ['~ silence "Move": why: nothing → moving']
    assert files.applied("silences: []\n") == ['- silence "Move"']
    files.world.settle()
    assert len(files.world.pages("alice")) == 2
    assert files.applied(SILENCE) == ['+ silence "Move"']
    assert len(files.rows("SELECT * FROM silences")) == 1


def test_a_silence_from_slack_is_never_touched(files: Files) -> None:
    with files.session() as session:
        now = now_of(session)
        silencing.make(session, 1, parse_matchers("team=x"), now, now + timedelta(hours=1), "U0ALICE", name="Move")
    before = files.rows("SELECT xmin::text, * FROM silences")
    assert files.applied("silences: []\n") == []
    assert files.applied(SILENCE) == ['+ silence "Move"']
    files.applied("silences: []\n")
    assert files.rows("SELECT xmin::text, * FROM silences ORDER BY id")[:1] == before
    assert "silences: []" in files.export()


# Slack is asked


def test_a_channel_that_heed_is_in_becomes_a_target_and_slack_is_asked_once(files: Files) -> None:
    files.world.slack.invite("alice", "ops", "U0APPBOT")
    text = payments('channel: "#OPS"') + "routes:\n  - {name: all, channel: C0ACME}\n"
    files.applied(text)
    query = "SELECT slack_id, name, role, dm_channel, time_zone, active FROM people WHERE is_channel ORDER BY slack_id"
    assert files.rows(query) == [
        ("C0ACME", "acme", "guest", "C0ACME", "UTC", True), ("C0OPS", "ops", "guest", "C0OPS", "UTC", True)
    ]  # fmt: skip
    asked = len(files.world.slack.calls("conversations.list")), len(files.world.slack.calls("conversations.info"))
    assert asked == (1, 1)
    assert files.applied(text) == []
    assert len(files.world.slack.calls("conversations.list")) == 1
    assert "- channel: '#ops'" in files.export()
    ((spec,),) = files.rows("SELECT spec FROM routes")
    assert files.rows(f"SELECT slack_id FROM people WHERE id = {spec['channel']}") == [("C0ACME",)]


def test_a_channel_that_heed_cannot_post_in_says_how_to_mend_it(files: Files) -> None:
    files.world.slack.create_channel("alice", "secrets", private=True)
    files.world.slack.archive("globex")
    place = "policies[0].levels[0].targets"
    targets = "".join(
        f"          - channel: {word}\n" for word in ('"#ops"', '"#secrets"', '"#opps"', "C0NOWHERE", "C0GLOBEX")
    )
    text = POLICY.replace("targets: [admins]", f"targets:\n{targets.rstrip()}")
    invite = "invite it there if it is private: /invite @Heed"
    assert files.refused(text) == [
        f"8: {place}[0].channel: Heed is not in the channel #ops; write there: /invite @Heed",
        f"9: {place}[1].channel: Slack shows Heed no channel #secrets; {invite}",
        f"10: {place}[2].channel: Slack shows Heed no channel #opps; did you mean #ops?",
        f"11: {place}[3].channel: Slack shows Heed no channel C0NOWHERE; {invite}",
        f"12: {place}[4].channel: the channel C0GLOBEX is archived",
    ]


def test_a_channel_that_was_renamed_and_the_one_that_has_its_name_now(files: Files) -> None:
    files.world.slack.invite("alice", "ops", "U0APPBOT")
    files.applied(payments("channel: C0OPS") + "routes:\n  - {name: old, channel: C0ACME}\n")
    files.rows("UPDATE people SET name = 'ops' WHERE slack_id = 'C0ACME' RETURNING id")
    assert files.applied(payments('channel: "#ops"')) == []
    assert "- channel: C0OPS" in files.export()


def test_a_user_group_is_brought_in_with_its_members(files: Files) -> None:
    files.user_group("sre", "charlie", "bob")
    files.applied(payments('group: "@SRE"') + "routes:\n  - {name: all, policy: Payments}\n")
    assert files.rows("SELECT slack_id, handle, active FROM groups") == [("S0SRE00", "sre", True)]
    files.world.signal("Disk full")
    files.world.expect_page("charlie", "Disk full")
    files.world.expect_page("bob", "Disk full")
    files.world.expect_no_page("alice")
    assert "- group: '@sre'" in files.export()
    assert files.refused(payments('group: "@sree"')) == [
        "11: policies[1].levels[0].targets[0].group: Slack has no user group @sree; did you mean @sre?"
    ]


def test_a_missing_scope_is_named(files: Files) -> None:
    files.world.slack.app().scopes.remove("usergroups:read")
    done = files.apply(payments('group: "@sre"'))
    assert done.exit_code == 1
    assert done.output == (
        "Error: Slack refuses: the scope usergroups:read is missing; add it to the app (manifest.yml) and install it "
        "again; nothing was changed\n"
    )


# what fails


def test_a_slack_that_is_away_is_told_in_one_line(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_API_URL", f"http://127.0.0.1:{free_port()}/api/")
    done = files.apply(payments('channel: "#ops"'))
    assert (done.exit_code, done.output) == (1, "Error: Slack cannot be reached: URLError; nothing was changed\n")
    assert files.apply(payments("person: bob")).exit_code == 0, "Slack is not needed for what is known"


def test_a_database_that_is_away_is_told_in_one_line(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://heed@127.0.0.1:{free_port()}/heed")
    done = files.apply(POLICY)
    assert done.exit_code == 1
    assert done.output.startswith("Error: the database cannot be used: connection failed")
    assert done.output.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "No such file or directory"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"", "1: the file is empty; it begins with version: 1"),
        (b"version: 1\nroutes: [\n", "3: a value is missing"),
    ],
)
def test_a_file_that_cannot_be_read_is_wrong(files: Files, content: bytes | None, told: str) -> None:
    path = files.folder / "x.yml"
    if content is not None:
        path.write_bytes(content)
    done = files.run(str(path))
    assert done.exit_code == 2
    assert done.output.replace(": ", ":", 1) == f"{path}:{told}\n".replace(": ", ":", 1)


def test_everything_that_is_wrong_is_told_in_one_run_and_nothing_is_written(files: Files) -> None:
    assert files.refused(payments("person: alcie") + SCHEDULE.replace("bob", "bbo") + "polices: []\n") == [
        '11: policies[1].levels[0].targets[0].person: there is nobody called "alcie"; did you mean alice?',
        '17: schedules[0].layers[0].people[1]: there is nobody called "bbo"; did you mean bob?',
        "24: polices: is not a field here; did you mean policies?",
    ]


def test_a_failure_half_way_leaves_everything_as_it_was(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("the server closed the connection"))

    before = files.everything()
    monkeypatch.setattr(sources, "put_source", fail)
    done = files.run(str(EXAMPLE))
    assert done.exit_code == 1
    assert done.output == (
        "Error: the database cannot be used: the server closed the connection\n"
    )  # fmt: skip
    assert files.everything() == before


def test_alerts_come_in_while_a_file_is_applied(files: Files) -> None:
    files.world.source("generic")
    with files.session() as applying:
        lock(applying, 1)
        with files.session() as session:
            source = session.query(Source).one()
            assert receive(session, SourceRef(source.id, 1, "generic", "prod"), [firing()]).opened
