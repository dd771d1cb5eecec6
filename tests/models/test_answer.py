"""Every answer on every status, the epoch that guards it, and who may give it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.answer import (
    REOPEN_WITHIN,
    SNOOZE_AT_MOST,
    Answer,
    Refusal,
    Standing,
    Transition,
    answer,
    answers_for,
    may_answer,
)
from models.words import Origin, Role, Status

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
OPEN, ACKNOWLEDGED, RESOLVED, FALSE_POSITIVE = Status
REOPENED = Transition(OPEN, new_epoch=True, restart=True)

OUTCOMES: dict[tuple[Answer, Status], Transition | Refusal] = {
    (Answer.ACKNOWLEDGE, OPEN): Transition(ACKNOWLEDGED),
    (Answer.ACKNOWLEDGE, ACKNOWLEDGED): Refusal.ALREADY,
    (Answer.ACKNOWLEDGE, RESOLVED): Refusal.CLOSED,
    (Answer.ACKNOWLEDGE, FALSE_POSITIVE): Refusal.CLOSED,
    (Answer.RESOLVE, OPEN): Transition(RESOLVED, new_epoch=True),
    (Answer.RESOLVE, ACKNOWLEDGED): Transition(RESOLVED, new_epoch=True),
    (Answer.RESOLVE, RESOLVED): Refusal.CLOSED,
    (Answer.RESOLVE, FALSE_POSITIVE): Refusal.CLOSED,
    (Answer.FALSE_POSITIVE, OPEN): Transition(FALSE_POSITIVE, new_epoch=True),
    (Answer.FALSE_POSITIVE, ACKNOWLEDGED): Transition(FALSE_POSITIVE, new_epoch=True),
    (Answer.FALSE_POSITIVE, RESOLVED): Refusal.CLOSED,
    (Answer.FALSE_POSITIVE, FALSE_POSITIVE): Refusal.CLOSED,
    (Answer.REOPEN, OPEN): Refusal.NOT_CLOSED,
    (Answer.REOPEN, ACKNOWLEDGED): Refusal.NOT_CLOSED,
    (Answer.REOPEN, RESOLVED): REOPENED,
    (Answer.REOPEN, FALSE_POSITIVE): REOPENED,
    (Answer.PASS_ON, OPEN): Transition(OPEN, step_now=True),
    (Answer.PASS_ON, ACKNOWLEDGED): Refusal.ALREADY,
    (Answer.PASS_ON, RESOLVED): Refusal.CLOSED,
    (Answer.PASS_ON, FALSE_POSITIVE): Refusal.CLOSED,
    (Answer.SNOOZE, OPEN): Transition(ACKNOWLEDGED),
    (Answer.SNOOZE, ACKNOWLEDGED): Transition(ACKNOWLEDGED),
    (Answer.SNOOZE, RESOLVED): Refusal.CLOSED,
    (Answer.SNOOZE, FALSE_POSITIVE): Refusal.CLOSED,
    (Answer.REASSIGN, OPEN): REOPENED,
    (Answer.REASSIGN, ACKNOWLEDGED): REOPENED,
    (Answer.REASSIGN, RESOLVED): Refusal.CLOSED,
    (Answer.REASSIGN, FALSE_POSITIVE): Refusal.CLOSED,
    (Answer.GIVE_BACK, OPEN): Refusal.NOT_ACKNOWLEDGED,
    (Answer.GIVE_BACK, ACKNOWLEDGED): Transition(OPEN, new_epoch=True, step_now=True),
    (Answer.GIVE_BACK, RESOLVED): Refusal.CLOSED,
    (Answer.GIVE_BACK, FALSE_POSITIVE): Refusal.CLOSED,
}


def standing(status: Status, epoch: int = 3) -> Standing:
    closed_at = None if status.is_live else NOW - timedelta(minutes=10)
    return Standing(status, epoch, closed_at, until=NOW + timedelta(hours=2))


@pytest.mark.parametrize("kind", Answer)
@pytest.mark.parametrize("status", Status)
def test_what_each_answer_does_to_each_status(kind: Answer, status: Status) -> None:
    assert answer(kind, standing(status), NOW, epoch=3) == OUTCOMES[kind, status]


@pytest.mark.parametrize("kind", Answer)
@pytest.mark.parametrize("status", Status)
def test_a_button_of_another_epoch_acts_on_nothing_and_a_typed_command_means_the_present(
    kind: Answer, status: Status
) -> None:
    assert answer(kind, standing(status), NOW, epoch=2) is Refusal.OUTDATED
    assert answer(kind, standing(status), NOW, epoch=4) is Refusal.OUTDATED
    assert answer(kind, standing(status), NOW) == OUTCOMES[kind, status]


@pytest.mark.parametrize(
    ("closed_ago", "outcome"),
    [
        (timedelta(0), REOPENED),
        (REOPEN_WITHIN, REOPENED),
        (REOPEN_WITHIN + timedelta(microseconds=1), Refusal.TOO_LATE),
        (timedelta(days=3), Refusal.TOO_LATE),
    ],
    ids=["at once", "at the end of the hour", "a moment after the hour", "days later"],
)
def test_what_was_closed_can_be_reopened_for_an_hour(closed_ago: timedelta, outcome: Transition | Refusal) -> None:
    assert answer(Answer.REOPEN, Standing(RESOLVED, 2, NOW - closed_ago), NOW, 2) == outcome


def test_what_nobody_knows_the_closing_time_of_is_not_reopened() -> None:
    assert answer(Answer.REOPEN, Standing(RESOLVED, 2, None), NOW) is Refusal.TOO_LATE


@given(st.sampled_from(Answer), st.lists(st.sampled_from(Answer), max_size=8))
def test_the_same_click_twice_is_one_transition(kind: Answer, before: list[Answer]) -> None:
    now = Standing(OPEN, 1)
    for each in (*before, kind):
        now = after(now, answer(each, now, NOW))
    if kind not in (Answer.PASS_ON, Answer.REASSIGN, Answer.SNOOZE):
        assert isinstance(answer(kind, now, NOW), Refusal)


@given(st.lists(st.sampled_from(Answer), max_size=12))
def test_no_answer_takes_back_an_acknowledge_and_only_reopen_takes_back_a_closing(answers: list[Answer]) -> None:
    now = Standing(OPEN, 1)
    for each in answers:
        changed = after(now, answer(each, now, NOW))
        if changed.status is OPEN and now.status is not OPEN:
            assert each in (Answer.REOPEN, Answer.REASSIGN, Answer.GIVE_BACK)
            assert changed.epoch == now.epoch + 1
        if changed.status.is_live != now.status.is_live:
            assert changed.epoch == now.epoch + 1
        now = changed


def after(before: Standing, outcome: Transition | Refusal) -> Standing:
    """The alert after this outcome, as the shell writes it."""
    if isinstance(outcome, Refusal):
        return before
    closed_at = None if outcome.status.is_live else NOW
    return Standing(outcome.status, before.epoch + outcome.new_epoch, closed_at, until=before.until)


@pytest.mark.parametrize("kind", [Answer.SNOOZE, Answer.REASSIGN, Answer.GIVE_BACK])
def test_what_could_take_back_an_acknowledge_acts_only_on_the_status_that_was_seen(kind: Answer) -> None:
    acknowledged = standing(ACKNOWLEDGED)
    assert answer(kind, acknowledged, NOW, 3, seen=OPEN) is Refusal.OUTDATED
    assert answer(kind, acknowledged, NOW, 3, seen=ACKNOWLEDGED) == OUTCOMES[kind, ACKNOWLEDGED]


@pytest.mark.parametrize(
    ("until", "refusal"),
    [
        (None, Refusal.BAD_TIME),
        (NOW, Refusal.BAD_TIME),
        (NOW + SNOOZE_AT_MOST + timedelta(seconds=1), Refusal.BAD_TIME),
        (NOW + SNOOZE_AT_MOST, None),
        (NOW + timedelta(seconds=1), None),
    ],
)
def test_a_snooze_ends_within_the_next_30_days(until: datetime | None, refusal: Refusal | None) -> None:
    outcome = answer(Answer.SNOOZE, Standing(OPEN, 1, until=until), NOW)
    assert outcome == (refusal or Transition(ACKNOWLEDGED))


@pytest.mark.parametrize("kind", [Answer.PASS_ON, Answer.REASSIGN])
def test_what_would_page_somebody_is_refused_while_a_silence_holds_the_alert(kind: Answer) -> None:
    assert answer(kind, Standing(OPEN, 1, silenced=True), NOW) is Refusal.SILENCED
    assert answer(Answer.RESOLVE, Standing(OPEN, 1, silenced=True), NOW) == OUTCOMES[Answer.RESOLVE, OPEN]


def test_whoever_gives_back_after_the_last_level_begins_again_at_the_first() -> None:
    assert answer(Answer.GIVE_BACK, Standing(ACKNOWLEDGED, 1, at_last_level=True), NOW) == REOPENED


@pytest.mark.parametrize(
    ("role", "was_paged", "raised_it", "may"),
    [
        (Role.ADMIN, False, False, True),
        (Role.ADMIN, True, True, True),
        (Role.RESPONDER, False, False, True),
        (Role.RESPONDER, True, True, True),
        (Role.MEMBER, False, False, False),
        (Role.MEMBER, True, False, True),
        (Role.MEMBER, False, True, True),
        (Role.MEMBER, True, True, True),
        (Role.GUEST, False, False, False),
        (Role.GUEST, True, False, False),
        (Role.GUEST, False, True, False),
        (Role.GUEST, True, True, False),
    ],
)
def test_who_may_answer(role: Role, was_paged: bool, raised_it: bool, may: bool) -> None:
    assert may_answer(role, was_paged, raised_it) is may


@pytest.mark.parametrize("origin", Origin)
@pytest.mark.parametrize("reopenable", [True, False])
@pytest.mark.parametrize("status", Status)
def test_a_card_offers_no_answer_that_would_be_refused(status: Status, origin: Origin, reopenable: bool) -> None:
    closed_at = None if status.is_live else NOW - timedelta(hours=0 if reopenable else 2)
    for offered in answers_for(status, origin, reopenable):
        assert isinstance(answer(offered, Standing(status, 1, closed_at), NOW, 1), Transition)


@pytest.mark.parametrize("origin", [Origin.SIGNAL, Origin.CLIENT, Origin.PERSON])
def test_a_card_offers_every_answer_that_would_be_taken_in_this_order(origin: Origin) -> None:
    everything = (Answer.ACKNOWLEDGE, Answer.RESOLVE, Answer.FALSE_POSITIVE, Answer.PASS_ON)
    assert answers_for(OPEN, origin, False) == everything
    assert answers_for(ACKNOWLEDGED, origin, False) == (Answer.RESOLVE, Answer.FALSE_POSITIVE)
    for closed in (RESOLVED, FALSE_POSITIVE):
        assert answers_for(closed, origin, True) == (Answer.REOPEN,)
        assert answers_for(closed, origin, False) == ()


def test_a_test_page_is_no_false_positive_and_is_not_passed_on() -> None:
    assert answers_for(OPEN, Origin.TEST, False) == (Answer.ACKNOWLEDGE, Answer.RESOLVE)
    assert answers_for(ACKNOWLEDGED, Origin.TEST, False) == (Answer.RESOLVE,)
