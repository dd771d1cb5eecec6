"""Clients wait for a reply: the clock, the warning, the late reply; and what a reply does to an alert."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from models.actions import workspaces
from models.db import now_of
from models.tables import Client, Conversation, Message, Tier
from tests.world import World, everything

pytestmark = pytest.mark.parametrize("world", ["http"], indirect=True)
"""Days pass here, over which no socket lasts; what Slack says over sockets is in the other stories."""

ANGER = "This is unacceptable. We are cancelling the contract and our lawyers will call you."


def promise(world: World, first: int = 3600, **client: object) -> None:
    """Clients of tier gold, to which Acme belongs, are answered within so many seconds."""
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        session.merge(Tier(workspace_id=workspace.id, name="gold", first_s=first, next_s=4 * first, holding_s=1800))
        acme = session.query(Client).one()
        acme.tier, acme.name = "gold", "Acme"
        for name, value in client.items():
            setattr(acme, name, value)


def told(world: World, who: str) -> str:
    return "\n".join(everything(page) for page in world.pages(who))


def known(world: World) -> None:
    """Acme has been heard of before, and was answered."""
    said = world.says("dora", "acme", "Hello, who is there?")
    world.says("bob", "acme", "We are!", thread=said)
    promise(world)


def test_a_client_who_waits_too_long_is_an_alert_and_a_warning_comes_before(world: World) -> None:
    known(world)
    world.says("dora", "acme", "Could you send me the invoice for October?")
    world.forward(hours=3, minutes=1)
    assert "waits for a reply" in told(world, "alice")
    assert "A promised reply is late" not in told(world, "alice")
    world.forward(hours=1)
    assert "A promised reply is late" in told(world, "alice")
    assert "Could you send me the invoice" in told(world, "alice")


def test_a_reply_stops_the_clock_and_thanks_do_not_start_it(world: World) -> None:
    known(world)
    world.says("dora", "acme", "Could you send me the invoice for October?")
    world.forward(hours=1)
    world.says("bob", "acme", "Here it is.")
    world.says("dora", "acme", "Thanks!")
    world.forward(hours=30)
    assert "waits for a reply" not in told(world, "alice")
    assert "A promised reply is late" not in told(world, "alice")


def test_a_late_reply_closes_its_alert(world: World) -> None:
    known(world)
    said = world.says("dora", "acme", "Could you send me the invoice for October?")
    world.forward(hours=5)
    world.says("bob", "acme", "Here it is, sorry.", thread=said)
    (late,) = [page for page in world.pages("alice") if "A promised reply is late" in everything(page)]
    assert "Resolved by" in everything(late)


def test_a_reply_is_late_though_somebody_has_snoozed_what_the_client_said(world: World) -> None:
    known(world)
    world.says("dora", "acme", ANGER)
    world.heed("alice", "snooze 1 2d")
    world.forward(hours=5)
    assert "A promised reply is late" in told(world, "alice")


def test_anger_is_paged_and_a_reply_in_the_thread_answers_it(world: World) -> None:
    said = world.says("dora", "acme", ANGER)
    (page,) = world.pages("alice")
    assert "Acknowledged" not in everything(page)
    world.says("bob", "acme", "I am so sorry. I have called you and the refund is on its way.", thread=said)
    (page,) = world.pages("alice")
    assert "Acknowledged by" in everything(page)
    before = len(world.pages("alice")) + len(world.pages("bob"))
    world.forward(hours=12)
    assert len(world.pages("alice")) + len(world.pages("bob")) == before


def test_an_acknowledge_without_a_reply_pages_again(world: World) -> None:
    world.says("dora", "acme", ANGER)
    world.press("alice", "Acknowledge")
    world.forward(minutes=25)
    assert len(world.pages("alice")) == 2
    world.forward(minutes=6)
    assert len(world.pages("alice")) == 3
    assert "open again" in everything(world.pages("alice")[-1])


def test_a_holding_reply_buys_its_minutes_once_and_no_more(world: World) -> None:
    said = world.says("dora", "acme", ANGER)
    world.says("bob", "acme", "We are looking into it", thread=said)
    assert "Acknowledged by" in everything(world.pages("alice")[0])
    world.forward(minutes=29)
    assert len(world.pages("alice")) == 1
    world.says("bob", "acme", "Still looking into it, one moment", thread=said)
    world.forward(minutes=2)
    assert len(world.pages("alice")) == 2
    assert "open again" in everything(world.pages("alice")[-1])


def test_a_deadline_waits_over_a_weekend_and_a_holiday(world: World) -> None:
    known(world)
    with world.context.db.begin() as session:
        acme = session.query(Client).one()
        today = acme.created_at.date()
        monday = today + timedelta(days=14 - today.weekday())
        acme.hours, acme.zone, acme.holidays = "mon-fri 09:00-17:00", "UTC", [monday]
    saturday_noon = (monday - timedelta(days=2)).isoformat()
    world.forward_to(f"{saturday_noon}T12:00+00:00")
    world.says("dora", "acme", "Could you send me the invoice for October?")
    world.forward_to(f"{(monday + timedelta(days=1)).isoformat()}T12:30+00:00")
    assert "A promised reply is late" not in told(world, "alice")
    world.forward_to(f"{(monday + timedelta(days=1)).isoformat()}T13:01+00:00")
    assert "A promised reply is late" in told(world, "alice")


def test_a_client_in_shadow_is_rated_and_never_paged(world: World) -> None:
    known(world)
    with world.context.db.begin() as session:
        acme = session.query(Client).one()
        acme.shadow_until = acme.created_at + timedelta(days=14)
    world.says("dora", "acme", ANGER)
    world.forward(hours=6)
    assert world.pages("alice") == []


def unreadable(world: World) -> None:
    """Another client waits, in a time zone that nobody knows any more."""
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        now = now_of(session)
        globex = Client(workspace_id=workspace.id, name="Globex", created_at=now, tier="gold", zone="Lost/City")
        globex.hours = "mon-sun 00:00-23:59"
        session.add(globex)
        session.flush()
        where = {"workspace_id": workspace.id, "channel_id": "C0GLOBEX"}
        clock = {"waiting_since": now, "replied_at": now - timedelta(days=1), "deadline_at": now}
        waits = Conversation(**where, client_id=globex.id, **clock)
        session.add(waits)
        session.flush()
        said = {"ts": "1700000000.000100", "author": "U0ELSE", "text": "Hello?", "received_at": now}
        session.add(Message(**where, conversation_id=waits.id, from_client=True, **said))


def test_a_clock_that_cannot_be_read_stops_no_other_and_the_admins_are_told_of_it(world: World) -> None:
    known(world)
    world.says("dora", "acme", "Could you send me the invoice for October?")
    unreadable(world)
    world.forward(hours=4, minutes=1)
    assert "A promised reply is late" in told(world, "alice")
    for seconds in (21, 41, 81, 161):
        assert "Globex" not in told(world, "alice")
        world.forward(seconds=seconds)
    (notice,) = [page for page in world.pages("alice") if "Globex" in page.text]
    assert "*Globex* waits for a reply in <#C0GLOBEX>, but looking at the clock failed five times" in notice.text
    with world.context.db.begin() as session:
        session.execute(update(Client).where(Client.name == "Globex").values(zone="Europe/Berlin"))
    world.forward(hours=1)
    assert "from Globex: A promised reply is late" in told(world, "alice")
