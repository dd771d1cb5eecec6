"""Routes on the real PostgreSQL: which plan and severity an alert gets wherever it opens; channels posted in."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import escalating, raising
from models.actions.plans import save_policy
from models.actions.rulebook import rules_changed
from models.matching import parse_matchers
from models.plan import Level, Plan, Target, TargetKind
from models.routing import Route
from models.routing_json import route_to_json
from models.signal import Signal
from models.tables import Person, RouteRow
from models.words import PageKind, Role, Severity
from tests.models.actions.house import House, alert, build_house, decisions, open_alerts, pages, send


def lay_down(session: Session, house: House, *routes: Route) -> None:
    """These routes, and a policy "Payments" that pages charlie."""
    charlie = Level((Target(TargetKind.PERSON, house.people["charlie"]),), timedelta(minutes=5))
    save_policy(session, house.id, Plan("Payments", (charlie,), 1), is_default=False)
    for position, route in enumerate(routes):
        session.add(RouteRow(workspace_id=house.id, position=position, spec=route_to_json(route)))
    session.flush()
    rules_changed(session, house.id)


def signal(team: str, severity: Severity = Severity.HIGH, key: str = "disk") -> Signal:
    return Signal(f"key:{key}", True, f"{key} of {team}", severity, labels={"team": team})


PAYMENTS = Route("payments", parse_matchers('team=~"pay.*"'), policy="Payments")


def test_the_first_route_that_matches_decides_and_the_default_takes_the_rest(session: Session) -> None:
    house = build_house(session)
    lay_down(session, house, PAYMENTS)
    send(session, house, signal("payments"), signal("search", key="cpu"))
    plans = {alert(session, number).labels["team"]: alert(session, number).plan["policy"] for number in (1, 2)}
    assert plans == {"payments": "Payments", "search": "Nights"}


def test_a_route_that_lowers_the_severity_lowers_every_signal_so_that_repeats_raise_nothing(session: Session) -> None:
    house = build_house(session)
    lay_down(session, house, Route("staging", parse_matchers('team="staging"'), severity=Severity.LOW))
    send(session, house, signal("staging", Severity.CRITICAL))
    send(session, house, signal("staging", Severity.CRITICAL))
    assert alert(session, 1).severity == Severity.LOW
    assert decisions(session) == ["open", "repeat"]


def test_the_channel_of_a_route_gets_the_alert_once_beside_the_people(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session, plan=["alice", "bob"])
        channel = Person(workspace_id=house.id, slack_id="C01", name="ops", role=Role.GUEST, is_channel=True)
        session.add(channel)
        session.flush()
        lay_down(session, house, Route("all", channel=str(channel.id)))
        open_alerts(session, house)
        escalating.advance_due(session)
        assert {page.person_id for page in pages(session)} == {house.people["alice"], channel.id}
        assert {page.kind for page in pages(session)} == {PageKind.NEW}
        alert(session, 1).next_step_at = alert(session, 1).opened_at
        session.flush()
        escalating.advance_due(session)
        assert [page.person_id for page in pages(session)].count(channel.id) == 1


def test_what_a_person_raises_is_routed_by_its_origin(session: Session) -> None:
    house = build_house(session)
    lay_down(session, house, Route("by hand", parse_matchers('origin="person"'), policy="Payments"))
    number = raising.raise_by_hand(session, house.id, house.people["alice"], "The door is open")
    assert alert(session, number).plan["policy"] == "Payments"


def test_a_route_to_a_policy_that_is_gone_falls_back_to_the_default(session: Session) -> None:
    house = build_house(session)
    lay_down(session, house, Route("all", policy="Gone"))
    open_alerts(session, house)
    assert alert(session, 1).plan["policy"] == "Nights"


def test_an_edited_policy_disturbs_no_alert_under_way(session: Session) -> None:
    house = build_house(session)
    open_alerts(session, house)
    save_policy(session, house.id, house.plan("charlie"), is_default=True)
    escalating.advance_due(session)
    assert [page.person_id for page in pages(session)] == [house.people["alice"]]


def test_routes_of_one_workspace_say_nothing_about_another(session: Session) -> None:
    here, there = build_house(session), build_house(session, "Southwind")
    lay_down(session, here, Route("all", severity=Severity.LOW))
    open_alerts(session, there)
    assert alert(session, 1).severity == Severity.HIGH
