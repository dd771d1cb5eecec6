"""Posts that show something outdated: claimed one at a time, and never forgotten when they change meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import answering, delivering, drawing, escalating, receipts
from models.actions.drawing import CLAIM, GIVE_UP_AFTER, Drawing
from models.actions.settling import LISTS_DRAWN_AFTER, UNKNOWN_DRAWN_AFTER, redraw
from models.answer import Answer
from models.db import earliest, now_of
from models.tables import Post, Workspace
from models.words import PageKind, Status
from tests.models.actions.house import (
    House,
    build_house,
    claim,
    firing,
    forward,
    lease,
    page_first_level,
    posts,
    send,
)

TS = "1763780000.000100"
SOON = timedelta(seconds=5)


def posted(context: Context, count: int = 1, name: str = "Northwind") -> House:
    """So many alerts, their pages sent to alice."""
    with context.db.begin() as session:
        house = build_house(session, name, plan=["alice", "bob"])
        page_first_level(session, house, count)
        held = lease(session)
        while envelope := delivering.claim(session, held):
            receipts.sent(session, held, envelope, f"D0{name}", f"{TS}{envelope.post_id}")
        delivering.release(session, held)
    return house


def outdate(session: Session, *numbers: int) -> None:
    redraw(session, numbers, now_of(session))


def drawn(session: Session) -> Drawing:
    """A claim, which there has to be."""
    found = drawing.claim(session)
    assert found is not None, "nothing is outdated"
    return found


def test_nothing_is_outdated_right_after_sending(context: Context) -> None:
    posted(context)
    with context.db.begin() as session:
        assert drawing.claim(session) is None
        assert earliest(session, drawing.DUE) is None
        assert drawing.count_due(session) == 0


def test_a_change_makes_the_post_outdated_and_the_claim_shows_the_alert_as_it_stands(context: Context) -> None:
    house = posted(context)
    with context.db.begin() as session:
        answering.give(session, Answer.ACKNOWLEDGE, house.id, 1, house.people["bob"])
    with context.db.begin() as session:
        assert drawing.count_due(session) == 1
        found = drawn(session)
        assert (found.channel_id, found.ts, found.token, found.is_list) == ("D0Northwind", f"{TS}1", b"sealed", False)
        (content,) = found.contents
        assert (content.kind, content.card.status, content.card.acknowledged_by) == (
            PageKind.NEW,
            Status.ACKNOWLEDGED,
            "U0BOB",
        )


def test_one_drawer_at_a_time_takes_a_post_until_its_claim_runs_out(context: Context) -> None:
    posted(context)
    with context.db.begin() as session:
        outdate(session, 1)
        drawn(session)
        assert drawing.claim(session) is None
        assert earliest(session, drawing.DUE) == now_of(session) + CLAIM
    forward(seconds=CLAIM.total_seconds())
    with context.db.begin() as session:
        drawn(session)


def test_two_that_claim_at_the_same_moment_get_two_posts(context: Context) -> None:
    posted(context, count=2)
    with context.db.begin() as session:
        outdate(session, 1, 2)
    with context.db.begin() as one, context.db.begin() as other:
        assert drawn(one).post_id != drawn(other).post_id


def test_the_one_outdated_longest_comes_first(context: Context) -> None:
    posted(context, count=3)
    for number in (2, 3, 1):
        with context.db.begin() as session:
            outdate(session, number)
        forward(seconds=1)
    with context.db.begin() as session:
        assert [drawn(session).contents[0].card.id for _ in range(3)] == [2, 3, 1]


def test_what_was_drawn_is_up_to_date(context: Context) -> None:
    posted(context)
    with context.db.begin() as session:
        outdate(session, 1)
        drawing.drawn(session, drawn(session))
        assert posts(session)[0].redraw_at is None


def test_what_changed_again_while_it_was_drawn_stays_outdated(context: Context) -> None:
    posted(context)
    with context.db.begin() as session:
        outdate(session, 1)
    with context.db.begin() as session:
        found = drawn(session)
    with context.db.begin() as session:
        outdate(session, 1)
    with context.db.begin() as session:
        drawing.drawn(session, found)
        assert drawn(session).post_id == found.post_id


def test_workspaces_that_are_busy_held_back_or_gone_are_left_out(context: Context) -> None:
    here, there = posted(context), posted(context, name="Southwind")
    with context.db.begin() as session:
        outdate(session, 1, 2)
        found = drawing.claim(session, busy=[here.id])
        assert found is not None
        assert found.workspace_id == there.id
        drawing.later(session, found, SOON, whole_workspace=True)
        outdate(session, 2)
        assert drawing.claim(session, busy=[here.id]) is None
        assert earliest(session, drawing.DUE) == now_of(session)
        session.execute(update(Workspace).where(Workspace.id == here.id).values(uninstalled_at=now_of(session)))
        assert drawing.claim(session) is None
        assert earliest(session, drawing.DUE) == now_of(session) + SOON
    forward(seconds=5)
    with context.db.begin() as session:
        assert drawn(session).workspace_id == there.id


def test_a_post_that_cannot_be_drawn_is_tried_some_times_and_then_left_until_it_changes(context: Context) -> None:
    posted(context)
    with context.db.begin() as session:
        outdate(session, 1)
    for _ in range(GIVE_UP_AFTER):
        with context.db.begin() as session:
            drawing.later(session, drawn(session), SOON, whole_workspace=False)
            assert drawing.claim(session) is None
        forward(seconds=5)
    with context.db.begin() as session:
        assert drawing.claim(session) is None
        outdate(session, 1)
        drawing.later(session, drawn(session), SOON, whole_workspace=False)
        assert earliest(session, drawing.DUE) == now_of(session) + SOON


def test_an_outage_of_the_workspace_never_makes_a_post_given_up(context: Context) -> None:
    posted(context)
    with context.db.begin() as session:
        outdate(session, 1)
    for _ in range(2 * GIVE_UP_AFTER):
        with context.db.begin() as session:
            drawing.later(session, drawn(session), SOON, whole_workspace=True)
        forward(seconds=5)
    with context.db.begin() as session:
        drawn(session)


def test_a_later_change_brings_a_coalesced_redraw_forward_and_never_puts_it_off(context: Context) -> None:
    posted(context)
    with context.db.begin() as session:
        now = now_of(session)
        redraw(session, [1], now + timedelta(seconds=10))
        redraw(session, [1], now + timedelta(seconds=20))
        assert earliest(session, drawing.DUE) == now + timedelta(seconds=10)
        redraw(session, [1], now)
        assert earliest(session, drawing.DUE) == now


def test_what_slack_has_not_confirmed_is_looked_for_a_moment_later_and_then_drawn(context: Context) -> None:
    with context.db.begin() as session:
        page_first_level(session, build_house(session))
        claim(session, lease(session))
        outdate(session, 1)
        assert drawing.claim(session) is None
    forward(seconds=UNKNOWN_DRAWN_AFTER.total_seconds())
    with context.db.begin() as session:
        unknown = drawing.claim(session)
        (post,) = posts(session)
        assert unknown is not None
        assert (unknown.ts, unknown.mark) == ("", post.mark)
        drawing.found(session, unknown, TS)
        drawing.drawn(session, unknown)
        (post,) = posts(session)
        assert (post.ts, post.redraw_at) == (TS, None)


def test_a_list_shows_all_its_alerts_the_worst_first(context: Context) -> None:
    house = posted(context, count=7)
    with context.db.begin() as session:
        answering.give(session, Answer.RESOLVE, house.id, 3, house.people["bob"])
        assert drawing.claim(session) is None, "what happens within two seconds is drawn at once"
    forward(LISTS_DRAWN_AFTER.total_seconds())
    with context.db.begin() as session:
        found = drawn(session)
        assert found.is_list
        assert [content.card.id for content in found.contents] == list(range(1, 8))
        assert [content.card.status.is_live for content in found.contents] == [number != 3 for number in range(1, 8)]


def test_a_list_is_not_drawn_anew_for_a_step_which_it_does_not_show(context: Context) -> None:
    posted(context, count=7)
    forward(minutes=5)
    with context.db.begin() as session:
        assert escalating.advance_due(session) == 7
        assert earliest(session, drawing.DUE) is None


def test_the_post_of_one_alert_is_drawn_anew_for_a_step(context: Context) -> None:
    posted(context)
    forward(minutes=5)
    with context.db.begin() as session:
        assert escalating.advance_due(session) == 1
        assert drawn(session).contents[0].card.level == 2


def test_the_reply_to_a_button_has_drawn_its_own_post_and_leaves_the_others_to_the_redraw(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session, plan=["admins"])
        send(session, house, firing())
        escalating.advance_due(session)
        for _ in range(2):
            held = lease(session)
            receipts.sent(session, held, claim(session, held), f"D{held.slack_id}", TS)
        answering.give(session, Answer.ACKNOWLEDGE, house.id, 1, house.people["alice"])
        moment = drawing.hold(session, house.id, "DU0ALICE", TS)
        assert drawn(session).channel_id == "DU0BOB"
        assert drawing.claim(session) is None
        drawing.drawn_in_place(session, house.id, "DU0ALICE", TS, moment)
        assert earliest(session, drawing.DUE) == now_of(session) + CLAIM


def test_a_reply_that_did_not_come_through_is_drawn_by_the_redraw(context: Context) -> None:
    house = posted(context)
    with context.db.begin() as session:
        drawing.hold(session, house.id, "D0Northwind", f"{TS}1")
        assert drawing.claim(session) is None
    forward(seconds=3)
    with context.db.begin() as session:
        assert drawn(session).channel_id == "D0Northwind"


@pytest.mark.parametrize("reply_ends_last", [True, False])
def test_what_a_reply_and_a_redraw_draw_at_the_same_time_is_drawn_once_more(
    context: Context, reply_ends_last: bool
) -> None:
    house = posted(context)
    place = (house.id, "D0Northwind", f"{TS}1")
    with context.db.begin() as session:
        session.execute(update(Post).values(redraw_at=now_of(session)))
        under_way = drawn(session)
        held = drawing.hold(session, *place)
        for ended in (not reply_ends_last, reply_ends_last):
            if ended:
                drawing.drawn_in_place(session, *place, held)
            else:
                drawing.drawn(session, under_way)
        assert earliest(session, drawing.DUE) is not None


def test_what_a_place_shows_is_found_only_in_its_own_workspace(context: Context) -> None:
    here = posted(context)
    there = posted(context, name="Southwind")
    with context.db.begin() as session:
        shown = drawing.shown_at(session, here.id, "D0Northwind", f"{TS}1")
        assert shown is not None
        assert [content.card.id for content in shown.contents] == [1]
        assert drawing.shown_at(session, there.id, "D0Northwind", f"{TS}1") is None
        assert drawing.shown_at(session, here.id, "D0Northwind", "1.0") is None
        session.execute(update(Post).values(redraw_at=now_of(session)))
        elsewhere = (there.id, "D0Northwind", f"{TS}1")
        drawing.drawn_in_place(session, *elsewhere, drawing.hold(session, *elsewhere))
        assert drawing.count_due(session) == 2
