"""`export`: a file that changes nothing and holds no secret; and several workspaces."""

import re

import pytest

from models.actions import schedules
from models.actions.configuring import configured
from tests.jobs.files import EXAMPLE, POLICY, SCHEDULE, SILENCE, Files, payments
from tests.models.actions.house import build_house


@pytest.mark.parametrize(
    "text",
    [
        "",
        "routes: []\nschedules: []\n",
        POLICY + SCHEDULE + SILENCE,
        payments("schedule: Nights") + SCHEDULE + "clients:\n  - {name: Acme, owner: alice}\n",
        payments("person: U0GWEN")
        + 'routes:\n  - {name: "null", matchers: "a=~\\".*\\"", hours: "mon 09:00-10:00", zone: UTC}\n',
    ],
)
def test_an_export_changes_nothing(files: Files, text: str) -> None:
    files.applied(text)
    exported = files.export()
    assert files.applied(exported.replace("version: 1\n", "")) == []
    assert files.export() == exported


def test_the_export_of_the_example_changes_nothing_and_holds_no_secret(files: Files) -> None:
    done = files.run(str(EXAMPLE))
    exported = files.export()
    assert files.applied(exported.replace("version: 1\n", "")) == []
    secrets = re.findall(r"/alerts/\w+/(\S+)", done.stdout)
    assert len(secrets) == 2
    fingerprints = files.rows("SELECT secret_fingerprint FROM sources UNION SELECT calendar_fingerprint FROM schedules")
    with files.session() as session:
        (schedule,) = schedules.all_of(session, 1)
        calendar = files.world.context.seal.open(schedule.calendar_secret)
    for secret in (*secrets, *(each for (each,) in fingerprints), calendar, "xoxb", "secret-of"):
        assert secret not in exported
    for secret in secrets:
        assert secret not in str(files.everything())


def test_somebody_who_is_deactivated_later_is_exported_by_id_and_stays(files: Files) -> None:
    files.applied(payments("person: charlie"))
    files.world.slack.deactivate("charlie")
    files.world.sync()
    assert "- person: U0CHARLIE" in files.export()
    assert files.applied(files.export().replace("version: 1\n", "")) == []
    assert '"charlie" is deactivated in Slack' in files.refused(payments("person: charlie"))[0]


# several workspaces


def test_where_there_are_several_workspaces_one_must_be_named(files: Files) -> None:
    with files.session() as session:
        build_house(session, "Southwind")
    done = files.apply(POLICY)
    assert done.exit_code == 2
    assert done.output == "say which workspace with --workspace: T0NORTHWIND, T0SOUTHWIND\n"
    assert files.apply(POLICY, "--workspace", "T0NOWHERE").exit_code == 2
    with files.session() as session:
        before = configured(session, 1)
    assert files.applied(payments("person: charlie") + SCHEDULE, "--workspace", "T0SOUTHWIND")[:2] == [
        '+ policy "Everybody in charge"', '+ policy "Payments"'
    ]  # fmt: skip
    with files.session() as session:
        assert configured(session, 1).policies == before.policies
        assert configured(session, 1).schedules == {}
        assert len(configured(session, 2).schedules) == 1
    assert "Payments" in files.export("--workspace", "T0SOUTHWIND")
    assert "Payments" not in files.export("--workspace", "T0NORTHWIND")
