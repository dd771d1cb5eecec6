"""Tiers, clients and their channels by a file: `apply`, and `clients import` of a CSV."""

from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from jobs.clients import clients
from tests.jobs.files import Files

ACME = """\
tiers:
  - {name: gold, first_reply: 1h, next_reply: 4h}
clients:
  - name: Acme
    tier: gold
    hours: mon-fri 09:00-17:00
    zone: Europe/Berlin
    holidays: [2026-12-25]
    shadow: 14d
    channels:
      - channel: "#acme"
        guests: true
        ours: "@sre"
        rated: false
"""


def imported(files: Files, text: str, *options: str) -> Result:
    path = files.folder / "clients.csv"
    path.write_text(text)
    return CliRunner().invoke(clients, ["import", str(path), *options], catch_exceptions=False)


def refused(files: Files, text: str) -> list[str]:
    before = files.everything()
    done = imported(files, text)
    assert (done.exit_code, done.stdout) == (2, ""), done.output
    assert files.everything() == before
    return [line.removeprefix(f"{files.folder}/clients.csv:") for line in done.stderr.splitlines()]


def test_a_client_is_laid_down_with_its_tier_its_hours_and_its_channels(files: Files) -> None:
    files.user_group("sre", "bob")
    assert files.applied(ACME) == ['+ tier "gold"', '+ client "Acme"']
    assert files.rows("SELECT name, first_s, next_s, holding_s FROM tiers") == [("gold", 3600, 14400, 1800)]
    ((hours, zone, length),) = files.rows("SELECT hours, zone, shadow_until - created_at FROM clients")
    assert (hours.lower(), zone, length) == ("mon-fri 09:00-17:00", "Europe/Berlin", timedelta(days=14))
    assert files.rows(
        "SELECT channel_id, guests, handle, rated, watched FROM channels JOIN groups ON groups.id = ours_id"
    ) == [("C0ACME", True, "sre", False, True)]
    assert files.applied(ACME) == []


def test_what_is_exported_changes_nothing(files: Files) -> None:
    files.user_group("sre", "bob")
    files.applied(ACME)
    before = files.everything()
    exported = files.export()
    assert '"#acme"' in exported.replace("'", '"')
    assert files.applied(exported.partition("version: 1\n")[2]) == []
    assert files.everything() == before


def test_a_channel_that_the_file_lists_no_more_is_not_watched_any_more(files: Files) -> None:
    files.applied('clients:\n  - name: Acme\n    channels: [{channel: "#acme"}, {channel: "#globex"}]\n')
    files.applied('clients:\n  - name: Acme\n    channels: [{channel: "#acme"}]\n')
    assert files.rows("SELECT channel_id, watched FROM channels ORDER BY 1") == [("C0ACME", True), ("C0GLOBEX", False)]
    files.applied("clients:\n  - name: Acme\n    tier: gold\n")
    assert files.rows("SELECT channel_id FROM channels WHERE watched") == [("C0ACME",)]


def test_a_channel_goes_over_to_another_client(files: Files) -> None:
    files.applied('clients:\n  - name: Acme\n    channels: [{channel: "#acme"}]\n')
    files.applied('clients:\n  - name: Acme\n    tier: gold\n  - name: Globex\n    channels: [{channel: "#acme"}]\n')
    owners = "SELECT c.name FROM channels h JOIN clients c ON c.id = h.client_id WHERE h.watched"
    assert files.rows(owners) == [("Globex",)]


def test_a_tier_that_the_file_lists_no_more_promises_nothing(files: Files) -> None:
    files.applied("tiers:\n  - {name: gold, first_reply: 1h}\n")
    assert files.applied("tiers:\n  - {name: gold, first_reply: 2h}\n") == ['~ tier "gold": first_reply: 1h → 2h']
    assert files.applied("tiers: []\n") == ['- tier "gold"']
    assert files.rows("SELECT * FROM tiers") == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("tiers:\n  - first_reply: 1h\n", "3: tiers[0].name: is missing"),
        (
            "tiers:\n  - {name: gold, holding: soon}\n",
            '3: tiers[0].holding: must be a duration such as 30s, 5m, 2h or 1d, not "soon"',
        ),
        (
            "clients:\n  - {name: Acme, hours: mon 09:00-17:00}\n",
            "3: clients[0].zone: is missing; hours need a zone such as Europe/Berlin",
        ),
        (
            "clients:\n  - {name: Acme, holidays: [spring]}\n",
            '3: clients[0].holidays: must be a date such as 2027-03-31, not "spring"',
        ),
        (
            "clients:\n  - {name: Acme, shadow: 1d, shadow_until: 2199-01-01T00:00Z}\n",
            "3: clients[0].shadow_until: stands beside shadow; one of them is enough",
        ),
        (
            "clients:\n  - name: Acme\n    channels: [{channel: C0ACME}]\n"
            "  - name: Globex\n    channels: [{channel: C0ACME}]\n",
            "6: clients[1].channels[0].channel: is a channel of clients[0] already",
        ),
    ],
)
def test_what_is_wrong_is_told_by_line_and_field(files: Files, text: str, problem: str) -> None:
    assert files.refused(text) == [problem]


CSV = """\
Name,Tier,Owner,Renews_on,Channel,Team
Acme,gold,bob,2027-03-01,#acme,T0ACME
acme,,,,#globex,T0ACME
Globex,silver,alice,,,
"""


def test_a_csv_adds_clients_and_their_channels(files: Files) -> None:
    done = imported(files, CSV.replace("acme,,", ",,"))
    assert done.stdout.splitlines() == ['+ client "Acme"', '+ client "Globex"', "applied"], done.output
    query = "SELECT c.name, tier, p.name, renews_on::text, c.team_id FROM clients c JOIN people p ON p.id = owner_id"
    assert files.rows(f"{query} ORDER BY 1") == [
        ("Acme", "gold", "bob", "2027-03-01", "T0ACME"),
        ("Globex", "silver", "alice", None, None),
    ]
    assert files.rows("SELECT channel_id FROM channels WHERE watched ORDER BY 1") == [("C0ACME",), ("C0GLOBEX",)]


def test_a_csv_leaves_alone_what_it_does_not_speak_of(files: Files) -> None:
    files.user_group("sre", "bob")
    files.applied(ACME)
    done = imported(files, "name;channel\nACME;#globex\n")
    assert done.exit_code == 0, done.output
    assert files.rows("SELECT tier, zone FROM clients") == [("gold", "Europe/Berlin")]
    assert files.rows("SELECT channel_id, rated FROM channels WHERE watched ORDER BY 1") == [
        ("C0ACME", False),
        ("C0GLOBEX", True),
    ]


def test_a_dry_run_of_a_csv_changes_nothing(files: Files) -> None:
    before = files.everything()
    assert imported(files, "name\nAcme\n", "--dry-run").stdout.splitlines() == ['+ client "Acme"']
    assert files.everything() == before


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (
            "name,colour\nAcme,red\n",
            ["1: colour: is not a column here; there are name, tier, owner, renews_on, channel, team"],
        ),
        ("tier\ngold\n", ["1: name: is missing; a client needs a name or its Slack team"]),
        ("name,name\na,b\n", ["1: name: stands here twice"]),
        (
            "name,owner,renews_on\nAcme,alcie,soon\n",
            [
                "2: owner: there is nobody called \"alcie\"; did you mean alice?",
                '2: renews_on: must be a date such as 2027-03-31, not "soon"',
            ],
        ),
        ("name,channel\nAcme,#acme\nAcme,#nowhere\n", ["3: channel: Slack shows Heed no channel #nowhere"]),
        ("name,tier\nAcme,gold\nAcme,silver\n", ['3: tier: is "gold" in line 2']),
        ("name,tier\nAcme,gold,x\n", ["2: has 3 fields, but there are 2 columns"]),
        ('name\n"Acme\n', ["2: is no CSV: unexpected end of data"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_csv_is_told_by_line_and_column(files: Files, text: str, problems: list[str]) -> None:
    told = refused(files, text)
    assert [line.partition("; invite")[0] for line in told] == problems
