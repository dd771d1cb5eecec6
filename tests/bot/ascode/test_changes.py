"""What a file would change, as people read it."""

from datetime import timedelta

from bot.ascode.changes import changes, counts
from models.actions.configuring import KnownClient
from models.actions.sources import SourceRef
from models.heartbeat import make_rhythm
from models.matching import parse_matchers
from models.routing import Route, Silence
from tests.bot.ascode.known import NOW, known, payments, policy, wanted
from tests.bot.ascode.wrong_files import DEFAULT, SCHEDULE

NIGHTS = SCHEDULE.replace("Nights", "Payments")


def shown(text: str, **workspace: object) -> list[str]:
    return [line for change in changes(wanted(f"version: 1\n{text}", known(**workspace))) for line in change.lines()]


def test_a_file_that_says_what_is_changes_nothing() -> None:
    assert shown(DEFAULT + NIGHTS) == []
    assert shown("") == []


def test_what_is_added_and_what_is_removed_is_named() -> None:
    policies = (policy("Everybody", is_default=True), policy("Old\x1b"))
    text = DEFAULT.replace("Everybody", "All") + SCHEDULE + "sources:\n  - {kind: generic, name: prod}\n"
    assert shown(text, policies=policies, sources=(SourceRef(1, 1, "generic", "old"),)) == [
        '+ policy "All"',
        '- policy "Everybody"',
        '- policy "Old\\u001b"',
        '+ schedule "Nights"',
        '- schedule "Payments"',
        '+ source "generic prod"',
    ]


def test_each_field_that_changes_has_a_line_with_what_it_is_and_what_it_is_to_be() -> None:
    text = NIGHTS.replace("alice, bob", "alice, charlie").replace("09:00", "17:00") + (
        "    overrides:\n      - {person: bob, start: 2026-12-24T09:00+01:00, end: 2026-12-25T09:00+01:00}\n"
    )
    assert shown(text) == [
        '~ schedule "Payments": layers[0].people: alice, Bob → alice, charlie',
        '~ schedule "Payments": layers[0].handoff: 09:00 → 17:00',
        '~ schedule "Payments": layers[0].start: 2026-11-23T09:00+01:00 → 2026-11-23T17:00+01:00',
        '~ schedule "Payments": overrides: nothing → person: Bob; start: 2026-12-24T09:00+01:00; '
        "end: 2026-12-25T09:00+01:00",
    ]  # fmt: skip


def test_levels_are_compared_one_by_one_and_targets_as_a_whole() -> None:
    text = """\
policies:
  - name: Everybody
    default: true
    laps: 2
    levels:
      - targets: [admins, {person: alice}]
        timeout: 10m
        when: {severities: [critical, high]}
      - targets: [{round_robin: [{person: alice}, {schedule: Payments}]}]
"""
    assert shown(text) == [
        '~ policy "Everybody": laps: 1 → 2',
        '~ policy "Everybody": levels[0].targets: admins → admins, person alice',
        '~ policy "Everybody": levels[0].timeout: 5m → 10m',
        '~ policy "Everybody": levels[0].when: nothing → severities (critical, high)',
        '~ policy "Everybody": levels[1]: nothing → targets: round_robin (person alice, schedule Payments); '
        "timeout: 5m",
    ]  # fmt: skip


def test_another_order_of_the_routes_is_a_change() -> None:
    routes = (Route("a"), Route("b"), Route("gone"))
    text = "routes:\n  - name: new\n  - name: b\n  - {name: a, severity: low}\n"
    assert shown(text, routes=routes) == [
        '+ route "new"',
        '~ route "a": severity: nothing → low',
        '- route "gone"',
        "~ routes: order: a, b → b, a",
    ]


def test_silences_that_are_over_are_neither_made_nor_ended() -> None:
    hour = timedelta(hours=1)

    def silence(begins: timedelta, ends: timedelta) -> Silence:
        return Silence("1", parse_matchers('team="search"'), NOW + begins, NOW + ends, "heed.yml")

    over = {"Old": (1, silence(-2 * hour, -hour)), "Running": (2, silence(-hour, hour))}
    item = '  - {name: %s, matchers: team="search", starts_at: 2026-11-22T05:00Z, ends_at: 2026-11-22T%s:00Z}\n'
    assert shown("silences: []\n", silences=over) == ['- silence "Running"']
    assert shown("silences:\n" + item % ("Running", "07"), silences=over) == []
    assert shown("silences:\n" + item % ("Running", "06"), silences=over) == ['- silence "Running"']
    text = "silences:\n" + item % ("Running", "08") + item % ("Other", "06") + item % ("Old", "07")
    assert shown(text, silences=over) == [
        '~ silence "Running": ends_at: 2026-11-22T07:00+00:00 → 2026-11-22T08:00+00:00',
        '+ silence "Old"',
    ]


def test_clients_and_sources_that_the_file_does_not_name_stay() -> None:
    clients = (KnownClient(1, "Acme", "T1", "gold", 1), KnownClient(2, "Globex"))
    text = "clients:\n  - {name: acme, owner: bob}\n  - name: Umbrella\nsources: []\n"
    assert shown(text, clients=clients, sources=(SourceRef(1, 1, "generic", "prod"),)) == [
        '~ client "Acme": name: Acme → acme',
        '~ client "Acme": owner: alice → Bob',
        '~ client "Acme": tier: gold → nothing',
        '+ client "Umbrella"',
    ]


def test_what_the_file_does_not_say_of_a_heartbeat_stays() -> None:
    there = SourceRef(1, 1, "heartbeat", "backup", make_rhythm("1d", "1h", "critical").as_settings())
    text = "sources:\n  - {kind: heartbeat, name: backup, every: 12h, stale_after: null}\n"
    assert shown(text, sources=(there,)) == ['~ source "heartbeat backup": every: 1d → 12h']


def test_changes_are_counted_by_section() -> None:
    found = changes(
        wanted(f"version: 1\n{SCHEDULE}routes: [{{name: a}}, {{name: b}}]\n", known(schedules={2: payments()}))
    )
    assert counts(found) == {"schedules": {"added": 1, "removed": 1}, "routes": {"added": 2}}
