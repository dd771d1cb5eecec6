"""The watch tells messages apart by their words: as Heed writes them, which the views say."""

import time
from dataclasses import replace

import pytest

from bot.views import storm
from bot.views.alert import page, page_list
from bot.views.parts import Rendered
from models.card import Card, StormCard
from models.words import PageKind
from simulator import Simulator
from simulator.messages import Draft
from tests.bot.views.cards import ACKNOWLEDGED, EXHAUSTED, MACHINE, RESOLVED, paged
from tests.bot.views.test_storm import OVER, STORM
from tests.chaos.watch import Seen, Watch

KEY = "chaos-000042"


@pytest.fixture
def slack() -> Simulator:
    return Simulator()


def titled(card: Card) -> Card:
    return replace(card, title=f"Latency of {KEY}")


async def _post(slack: Simulator, made: Rendered) -> None:
    core, workspace = slack.core, slack.workspace
    app = next(iter(workspace.apps.values()))
    bot, alice = workspace.bot_of(app), workspace.user("alice")
    channel = core.messages.open_im(workspace, alice, bot)
    metadata = {"event_type": "page", "event_payload": {"mark": "the mark"}}
    message = core.messages.post(workspace, channel, bot, Draft(made.text, made.blocks, metadata=metadata), app)
    core.messages.edit(workspace, channel, message, text=made.text + " ")


def seen(slack: Simulator, made: Rendered) -> Seen:
    with slack:
        watch = Watch(slack)
        slack.do(_post(slack, made))
    (found,) = watch.seen
    return found


def test_a_page_is_a_step_for_its_person_that_waits_for_an_answer(slack: Simulator) -> None:
    found = seen(slack, page(paged(titled(MACHINE))))
    assert (found.person, found.mark) == ("U0ALICE", "the mark")
    assert found.keys == {KEY}
    assert (found.is_for_many, found.is_step, found.waited, found.answered) == (False, True, True, None)
    assert found.is_changed
    assert abs(found.at - time.time()) < 60


@pytest.mark.parametrize("card", [ACKNOWLEDGED, RESOLVED])
def test_an_answer_is_read_from_the_page(slack: Simulator, card: Card) -> None:
    found = seen(slack, page(paged(titled(card))))
    assert found.answered is not None
    assert not found.waited


def test_that_nobody_has_answered_is_no_step(slack: Simulator) -> None:
    assert not seen(slack, page(paged(titled(EXHAUSTED), PageKind.EXHAUSTED))).is_step


@pytest.mark.parametrize("count", [1, 6])
def test_a_list_is_for_many_and_names_its_alerts(slack: Simulator, count: int) -> None:
    found = seen(slack, page_list([paged(titled(replace(MACHINE, id=number))) for number in range(count)]))
    assert found.is_for_many
    assert found.keys == {KEY}


@pytest.mark.parametrize("about", [STORM, OVER])
def test_a_storm_is_for_many(slack: Simulator, about: StormCard) -> None:
    assert seen(slack, storm.post(about)).is_for_many
