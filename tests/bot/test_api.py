"""The REST API: who may use it, what is refused, and how a program answers alerts."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.context import Context
from models.actions import escalating
from models.answer import Answer
from models.tables import Label, Person
from models.words import PageState, Status
from tests.bot.rest.house import Api, client_alert, serve
from tests.models.actions.house import alert, build_house, entries, firing, pages, send


@pytest.fixture
def api(context: Context) -> Iterator[Api]:
    with serve(context) as made:
        yield made


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer heed_wrong", "Basic {secret}", "{secret}"])
def test_without_a_token_that_is_known_nothing_is_told(api: Api, header: str | None) -> None:
    headers = {"Authorization": header.format(secret=api.program.secret)} if header is not None else {}
    answer = api.app.test_client().get("/api/alerts", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="heed"'
    assert "/heed token new" in answer.get_json()["error"]


def test_the_scheme_of_a_token_may_be_written_in_any_case(api: Api) -> None:
    headers = {"Authorization": f"bearer  {api.program.secret}"}
    assert api.app.test_client().get("/api/alerts", headers=headers).status_code == 200


def test_a_token_whose_maker_was_deactivated_is_refused_and_says_so(api: Api) -> None:
    (number,) = api.opened("disk")
    with api.context.db.begin() as session:
        session.get_one(Person, api.house.people["alice"]).active = False
    for answer in (
        api.program.get("/api/alerts"),
        api.program.get(f"/api/alerts/{number}"),
        api.program.answer(number, "resolved"),
    ):
        assert answer.status_code == 403
        assert answer.get_json()["error"].startswith("the token wall-board acts for alice, who is not active any more")
    assert api.alert(number).status is Status.OPEN


@pytest.mark.parametrize(
    ("query", "field", "allowed"),
    [
        ("status=closed", "status", [each.value for each in Status]),
        ("status=open&status=resolved", "status", []),
        ("source=prd", "source", ["generic/prod"]),
        ("source=%00", "source", []),
        ("client=Nobody", "client", ["Acme"]),
        ("client=%ED%A0%80", "client", ["Acme"]),
        ("token=heed_x", "token", ["status", "severity", "source", "client", "limit", "after"]),
    ],
)
def test_what_cannot_be_meant_is_400_with_the_field_and_what_may_stand_there(
    api: Api, query: str, field: str, allowed: list[str]
) -> None:
    with api.context.db.begin() as session:
        client_alert(session, api.house)
        client_alert(session, build_house(session, "Southwind"), "Globex")
    answer = api.program.get("/api/alerts", query)
    assert answer.status_code == 400
    assert (answer.get_json()["field"], answer.get_json()["allowed"]) == (field, allowed)
    assert answer.get_json()["error"].startswith(f"{field}: ")


def test_a_wrong_body_changes_nothing(api: Api) -> None:
    (number,) = api.opened("disk")
    answer = api.program.patch(number, {"status": "resolved", "note": "x"})
    assert (answer.status_code, answer.get_json()["field"]) == (400, "note")
    assert api.alert(number).status is Status.OPEN


@pytest.mark.parametrize("number", ["2", "0", "9223372036854775807", "9223372036854775808", "disk", "-1", "1/"])
def test_an_alert_that_is_not_there_is_404(api: Api, number: str) -> None:
    with api.context.db.begin() as session:
        other = build_house(session, "Southwind")
        send(session, other, firing("theirs"))
        send(session, other, firing("theirs too"))
    headers = {"Authorization": f"Bearer {api.program.secret}"}
    for method in ("GET", "PATCH"):
        body = b'{"status": "resolved"}'
        answer = api.app.test_client().open(f"/api/alerts/{number}", method=method, headers=headers, data=body)
        assert answer.status_code == 404
        assert "there is no" in answer.get_json()["error"]
    assert api.alert(2).status is Status.OPEN


def test_a_program_acknowledges_in_its_makers_name_and_the_timeline_names_the_token(api: Api) -> None:
    (number,) = api.opened("disk")
    with api.context.db.begin() as session:
        escalating.advance_due(session)
    api.rung()
    answer = api.program.answer(number, "acknowledged", notes="the robot is on it", epoch=1).get_json()
    assert answer["changed"] is True
    assert answer["alert"]["status"] == "acknowledged"
    assert answer["alert"]["acknowledged_by"] == {"slack_id": "U0ALICE", "name": "alice"}
    assert api.rung() == ["escalate", "redraw"]
    last = api.program.show(number)["timeline"][-1]
    assert (last["kind"], last["person"]["name"]) == ("acknowledged", "alice")
    assert last["detail"] == {"notes": "the robot is on it", "token": "wall-board"}
    with api.context.db.begin() as session:
        assert alert(session, number).acknowledged_by == api.house.people["alice"]
        assert [each.state for each in pages(session)] == [PageState.CANCELLED]


def test_acknowledging_what_is_acknowledged_changes_nothing_and_tells_who_was_first(api: Api) -> None:
    (number,) = api.opened("disk")
    api.give(Answer.ACKNOWLEDGE, number, who="bob")
    api.rung()
    for epoch in (None, 1):
        answer = api.program.answer(number, "acknowledged", epoch=epoch)
        assert (answer.status_code, answer.get_json()["changed"]) == (200, False)
        assert answer.get_json()["alert"]["acknowledged_by"]["name"] == "bob"
    assert api.rung() == []
    with api.context.db.begin() as session:
        assert entries(session, number) == ["opened", "acknowledged"]


@pytest.mark.parametrize("status", ["resolved", "false_positive"])
def test_a_program_closes_with_words(api: Api, status: str) -> None:
    (number,) = api.opened("disk")
    api.rung()
    fields = {"reason": "a drill"} if status == "false_positive" else {"notes": "a drill"}
    shown = api.program.answer(number, status, **fields).get_json()["alert"]
    assert (shown["status"], shown["notes"], shown["closed_by"]["name"], shown["epoch"]) == (
        status,
        "a drill",
        "alice",
        2,
    )
    assert api.rung() == ["redraw"]


def test_a_clients_false_positive_becomes_an_example_as_by_the_button(api: Api) -> None:
    with api.context.db.begin() as session:
        number = client_alert(session, api.house).id
    assert api.program.answer(number, "false_positive", reason="Only a joke").status_code == 200
    with api.context.db.begin() as session:
        label = session.scalars(select(Label)).one()
        assert (label.kind, label.text, label.made_by) == (
            "false_positive",
            "We are leaving.",
            api.house.people["alice"],
        )


@pytest.mark.parametrize("status", ["acknowledged", "resolved", "false_positive"])
def test_answering_what_is_closed_is_409_with_how_it_stands(api: Api, status: str) -> None:
    (number,) = api.opened("disk")
    api.give(Answer.RESOLVE, number, notes="by hand")
    for epoch, reason in ((None, "is resolved already"), (1, "is at epoch 2, not 1"), (10**30, "is at epoch 2")):
        answer = api.program.answer(number, status, epoch=epoch)
        assert answer.status_code == 409
        assert reason in answer.get_json()["error"]
        shown = answer.get_json()["alert"]
        assert (shown["status"], shown["notes"], shown["closed_by"]["name"]) == ("resolved", "by hand", "bob")


def test_an_epoch_that_is_over_answers_nothing_though_the_alert_is_open_again(api: Api) -> None:
    (number,) = api.opened("disk")
    api.give(Answer.RESOLVE, number)
    api.give(Answer.REOPEN, number)
    answer = api.program.answer(number, "acknowledged", epoch=1)
    assert (answer.status_code, answer.get_json()["alert"]["status"]) == (409, "open")
    assert api.program.answer(number, "acknowledged", epoch=3).get_json()["changed"] is True
