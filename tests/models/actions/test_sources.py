"""Sources: found by their secrets, rotated, changed, removed; what came to them; trying one."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import incoming, sources, trying
from models.actions.sources import put_source, source_by_secret
from models.db import now_of
from models.signal import Signal
from models.tables import Alert, Person, RequestRow, Source
from models.words import Origin, Role, Severity
from tests.models.actions.house import House, alert, alerts, build_house, entries, firing, forward, pages, send


def added(session: Session, house: House, kind: str = "datadog", name: str = "prod") -> tuple[int, str]:
    made, secret = sources.add(session, house.id, kind, name, by=house.people["alice"])
    return made.id, secret


def test_a_source_is_found_by_its_secret_and_only_its_fingerprint_is_stored(session: Session) -> None:
    house = build_house(session)
    source_id, secret = added(session, house)
    found = source_by_secret(session, "datadog", secret)
    assert found is not None
    assert (found.id, found.workspace_id, found.kind, found.name) == (source_id, house.id, "datadog", "prod")
    assert source_by_secret(session, "generic", secret) is None
    assert source_by_secret(session, "datadog", secret + "x") is None
    stored = session.get_one(Source, source_id)
    assert secret not in str(vars(stored))
    assert "source_added" in entries(session)


@pytest.mark.parametrize(("kind", "length"), [("generic", 32), ("pagerduty", 32), ("opsgenie", 36)])
def test_secrets_have_the_form_that_senders_expect(kind: str, length: int) -> None:
    found = {sources.secret_for(kind) for _ in range(50)}
    assert {len(each) for each in found} == {length}
    assert len(found) == 50


def test_the_previous_secret_works_until_the_overlap_is_over(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        source_id, first = added(session, house)
        second, until = sources.rotate(session, house.id, source_id, by=house.people["alice"])
        assert until == now_of(session) + timedelta(hours=24)
        assert source_by_secret(session, "datadog", first) is not None
        assert source_by_secret(session, "datadog", second) is not None
    forward(minutes=24 * 60)
    with context.db.begin() as session:
        assert source_by_secret(session, "datadog", first) is None
        assert source_by_secret(session, "datadog", second) is not None
        third, _ = sources.rotate(session, house.id, source_id, timedelta())
        assert source_by_secret(session, "datadog", second) is None
        assert source_by_secret(session, "datadog", third) is not None


def test_a_secret_that_is_put_ends_every_other_at_once(session: Session) -> None:
    house = build_house(session)
    source_id, first = added(session, house)
    second, _ = sources.rotate(session, house.id, source_id)
    put_source(session, house.id, "datadog", "prod", "third", allowed_from=["192.0.2.0/24"])
    assert [source_by_secret(session, "datadog", each) is not None for each in (first, second, "third")] == [
        False, False, True
    ]  # fmt: skip
    kept = put_source(session, house.id, "datadog", "prod", "fourth", settings={"x": 1})
    assert (kept.id, kept.allowed_from, kept.settings) == (source_id, ("192.0.2.0/24",), {"x": 1})


def test_what_is_removed_takes_nothing_more_and_its_alerts_stay(session: Session) -> None:
    house = build_house(session)
    (number,) = send(session, house, firing()).opened
    sources.remove(session, house.id, house.source.id, by=house.people["alice"])
    assert source_by_secret(session, "generic", "secret of Northwind") is None
    assert alert(session, number).source_id == house.source.id
    assert sources.present(session, house.id) == []
    assert incoming.listing(session, house.id) == []
    assert incoming.details(session, house.id, house.source.id) is None
    with pytest.raises(LookupError):
        sources.rotate(session, house.id, house.source.id)
    again, _ = added(session, house, "generic", "prod")
    assert again != house.source.id


def test_only_admins_change_sources_and_nobody_those_of_another_workspace(session: Session) -> None:
    house, other = build_house(session), build_house(session, "Southwind")
    charlie, source_id = house.people["charlie"], house.source.id
    for attempt in (
        lambda: sources.add(session, house.id, "generic", "mine", by=charlie),
        lambda: sources.rotate(session, house.id, source_id, by=charlie),
        lambda: sources.change(session, house.id, source_id, allowed_from=[], by=charlie),
        lambda: sources.remove(session, house.id, source_id, by=charlie),
        lambda: incoming.listing(session, house.id, charlie),
        lambda: incoming.details(session, house.id, source_id, charlie),
        lambda: trying.send_test(session, house.source, [firing()], charlie, by=charlie),
        lambda: sources.rotate(session, house.id, source_id, by=other.people["alice"]),
    ):
        with pytest.raises(sources.NotAllowed):
            attempt()
    with pytest.raises(LookupError):
        sources.rotate(session, other.id, source_id, by=other.people["alice"])
    assert incoming.details(session, other.id, source_id) is None


def test_a_source_is_named_by_its_name_or_with_its_kind_before_it(session: Session) -> None:
    house = build_house(session)
    added(session, house, "datadog", "prod")
    added(session, house, "datadog", "EU West")

    def named(words: str, kind: str = "") -> list[str]:
        return [f"{each.kind} {each.name}" for each in sources.named(session, house.id, words, kind)]

    assert named("prod") == ["datadog prod", "generic prod"]
    assert named("Generic PROD") == named("prod", "generic") == ["generic prod"]
    assert named("eu west") == ["datadog EU West"]
    assert named("nothing") == []


def test_details_hold_what_came_last_and_only_admins_see_a_body(session: Session) -> None:
    house = build_house(session)
    send(session, house, firing("disk"), firing("fan"))
    incoming.keep(session, house.source, "unreadable", "title: is missing", '{"x": "\x00\ud800"}')
    incoming.keep(session, house.source, "refused", "more than 1 requests a second", count=7)
    alice, charlie = house.people["alice"], house.people["charlie"]
    found = incoming.details(session, house.id, house.source.id, alice)
    assert found is not None
    assert (found.line.unreadable, found.line.refused) == (1, 7)
    assert {each.title for each in found.signals} == {"disk is in trouble", "fan is in trouble"}
    assert [each.reason for each in found.unreadable] == ["title: is missing"]
    assert [each.count for each in found.refused] == [7]
    assert found.newest is not None
    assert found.newest.body == '{"x": "\ufffd?"}'
    people = session.get_one(Person, charlie)
    people.role = Role.RESPONDER
    session.flush()
    seen = incoming.details(session, house.id, house.source.id, charlie)
    assert seen is not None
    assert seen.newest is None


def test_bodies_are_kept_seven_days_and_requests_thirty(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        incoming.keep(session, house.source, "unreadable", "old", "body")
        old = session.scalars(select(RequestRow)).one()
        old.at -= timedelta(days=31)
        incoming.keep(session, house.source, "unreadable", "new", "body")
    forward(minutes=7 * 24 * 60 - 5)
    with context.db.begin() as session:
        assert incoming.forget_requests(session) == 1
        assert incoming.forget_bodies(session) == 0
    forward(minutes=10)
    with context.db.begin() as session:
        assert incoming.forget_bodies(session) == 1
        assert incoming.forget_bodies(session) == 0
        assert [(row.reason, row.body) for row in session.scalars(select(RequestRow))] == [("new", "")]


SAMPLE = [Signal("key:disk", True, "Disk full", Severity.CRITICAL, labels={"host": "db1"}), firing()]


def test_a_test_signal_pages_one_person_and_is_no_alert_of_the_others(session: Session) -> None:
    house = build_house(session)
    send(session, house, Signal("key:disk", True, "Disk full"))
    tried = trying.send_test(session, house.source, SAMPLE, house.people["bob"], by=house.people["bob"])
    assert tried is not None
    assert tried.policy == "Nights"
    made = alert(session, tried.alert_id)
    assert (made.title, made.origin, made.severity) == ("Test signal from prod: Disk full", Origin.TEST, Severity.LOW)
    assert made.plan["levels"][0]["targets"] == [{"kind": "person", "id": house.people["bob"]}]
    assert len(alerts(session)) == 2
    assert pages(session) == []
    with pytest.raises(LookupError):
        trying.send_test(session, house.source, SAMPLE, 999_999)
    assert session.scalars(select(Alert.count)).all() == [1, 1]
