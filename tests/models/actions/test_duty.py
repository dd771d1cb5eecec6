"""Hand-offs, notices and the reachability check on the real PostgreSQL."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import checking, escalating, handing_over, noticing, schedules
from models.db import earliest, now_of
from models.oncall import Override
from models.plan import Target, TargetKind
from models.reachability import FindingKind
from models.schedule_json import schedule_from_json
from models.tables import Notice, Person, Schedule, Workspace
from tests.models.actions.house import House, build_house, forward, open_alerts
from tests.models.actions.test_levels import lay_down, level, person, put_schedule


def notices(session: Session) -> list[Notice]:
    return list(session.scalars(select(Notice).order_by(Notice.id).execution_options(populate_existing=True)))


def told(session: Session, house: House) -> list[tuple[str, str]]:
    """(kind, name) of every notice, in order."""
    names = {number: name for name, number in house.people.items()}
    return [(each.kind, names[each.person_id]) for each in notices(session)]


def rota(context: Context, *people: str, **fields: Any) -> House:
    """A house whose default policy pages one schedule of these people."""
    with context.db.begin() as session:
        house = build_house(session)
        lay_down(session, house, level(put_schedule(session, house, context, *people, **fields)))
        return house


def test_whoever_comes_on_call_is_told_until_when_and_what_is_open(context: Context) -> None:
    house = rota(context, "bob", "charlie")
    with context.db.begin() as session:
        open_alerts(session, house, 7)
        escalating.advance_due(session)
        coming = earliest(session, handing_over.DUE)
        assert coming is not None
    forward(minutes=61)
    with context.db.begin() as session:
        assert handing_over.hand_over(session) == [house.id]
        assert told(session, house) == [("on_call", "charlie"), ("off_call", "bob")]
        detail = notices(session)[0].detail
        assert (detail["schedule"], detail["leaving"]) == ("Payments", "U0BOB")
        assert detail["at"] == coming.isoformat()
        assert detail["until"] == (coming + timedelta(hours=1)).isoformat()
        assert (detail["open"], len(detail["alerts"])) == (7, 5)
        assert handing_over.hand_over(session) == []


def test_after_an_outage_only_the_present_state_is_told(context: Context) -> None:
    house = rota(context, "bob", "charlie")
    forward(minutes=60 * 5 + 1)
    with context.db.begin() as session:
        handing_over.hand_over(session)
        assert told(session, house) == [("on_call", "charlie"), ("off_call", "bob")]
        row = session.scalars(select(Schedule)).one()
        assert row.next_handoff_at is not None
        assert row.next_handoff_at > now_of(session)


def test_an_override_that_begins_now_is_told_at_once_and_its_end_too(context: Context) -> None:
    house = rota(context, "bob", every=7, unit="days")
    with context.db.begin() as session:
        row, now = session.scalars(select(Schedule)).one(), now_of(session)
        wanted = Override(house.people["alice"], now, now + timedelta(hours=2))
        schedules.override(session, row, wanted, house.people["bob"])
        assert earliest(session, handing_over.DUE) == now
    with context.db.begin() as session:
        handing_over.hand_over(session)
        assert told(session, house) == [("on_call", "alice"), ("off_call", "bob")]
        assert notices(session)[0].detail["is_override"] is True
    forward(minutes=121)
    with context.db.begin() as session:
        handing_over.hand_over(session)
        assert told(session, house)[2:] == [("on_call", "bob"), ("off_call", "alice")]


def test_a_person_who_leaves_without_a_successor_reads_that_nobody_took_over(context: Context) -> None:
    house = rota(context, "bob", hours="mon-sun 00:00-24:00")
    with context.db.begin() as session:
        row, now = session.scalars(select(Schedule)).one(), now_of(session)
        layers = [{**row.layers[0], "end": (now + timedelta(hours=1)).isoformat()}]
        schedules.put(session, context.seal, house.id, schedule_from_json({"name": "Payments", "layers": layers}))
    forward(minutes=61)
    with context.db.begin() as session:
        handing_over.hand_over(session)
        assert ("off_call", "bob") in told(session, house)
        (left,) = [each for each in notices(session) if each.kind == "off_call"]
        assert left.detail["arriving"] is None


def test_a_notice_is_claimed_once_and_its_receipt_is_fenced(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        for _ in range(2):
            noticing.tell(session, house.id, [house.people["bob"]], "findings", "key", {"findings": []})
    with context.db.begin() as session:
        claimed = noticing.claim(session)
        assert claimed is not None
        assert (claimed.slack_id, claimed.attempt) == ("U0BOB", 1)
        assert noticing.claim(session) is None
    forward(seconds=61)
    with context.db.begin() as session:
        again = noticing.claim(session)
        assert again is not None
        noticing.sent(session, claimed)
        assert notices(session)[0].sent_at is None
        noticing.sent(session, again)
        assert notices(session)[0].sent_at is not None
        assert earliest(session, noticing.DUE) is None


def test_the_check_finds_the_deactivated_the_quiet_and_the_empty_slot(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        in_three_days = now_of(session) + timedelta(days=3)
        target = put_schedule(session, house, context, "charlie", end=in_three_days.isoformat())
        gone, nobody = person(house, "bob"), Target(TargetKind.SCHEDULE, 99)
        lay_down(session, house, level(target), level(gone), level(nobody))
        session.get_one(Person, house.people["bob"]).active = False
        quiet = session.get_one(Person, house.people["charlie"])
        quiet.quiet_from, quiet.quiet_until = now_of(session), now_of(session) + timedelta(hours=8)
    with context.db.begin() as session:
        found = checking.check(session, house.id)
        assert {each.kind for each in found} == {
            FindingKind.DEACTIVATED,
            FindingKind.ONLY_SLACK,
            FindingKind.EMPTY_SLOT,
            FindingKind.DEAD_LEVEL,
        }
        (slot,) = [each for each in found if each.kind is FindingKind.EMPTY_SLOT]
        assert slot.moment == in_three_days
        assert told(session, house) == [("findings", "alice")]
        assert len(session.get_one(Workspace, house.id).findings) == len(found)


def test_the_admins_read_of_the_same_findings_once_and_again_when_they_change(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session, plan=["charlie", "bob"])
        session.get_one(Person, house.people["charlie"]).active = False
    for _ in range(3):
        with context.db.begin() as session:
            assert checking.check(session, house.id)
        forward(minutes=5)
    with context.db.begin() as session:
        assert told(session, house) == [("findings", "alice"), ("findings", "bob")]
        session.get_one(Person, house.people["bob"]).active = False
        session.flush()
        checking.check(session, house.id)
        assert told(session, house)[2:] == [("findings", "alice")]
        session.get_one(Person, house.people["bob"]).active = True
        session.get_one(Person, house.people["charlie"]).active = True
        session.flush()
        assert checking.check(session, house.id) == ()
        assert session.get_one(Workspace, house.id).findings == []
