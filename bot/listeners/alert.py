"""Answering alerts: the buttons on messages and in Home, and the modals behind two of them."""

from http import HTTPStatus
from typing import Any

from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from bot.context import Context
from bot.listeners.acting import OUTSIDERS, Actor, actor_of, house_of
from bot.listeners.home import publish
from bot.sentiment.redact import redact
from bot.views import modals
from bot.views.alert import ACTION_IDS, SHOW, page, read_value, refusal
from bot.views.parts import Block, plain, section
from bot.views.posts import message
from bot.views.replies import timeline
from models.actions import answering, drawing, learning, people, reading
from models.actions.answering import Wish
from models.actions.learning import Marked
from models.answer import Answer, Refusal
from models.card import Card, Details, PageCard
from models.words import PageKind, Risk

AT_ONCE = (Answer.ACKNOWLEDGE, Answer.PASS_ON, Answer.REOPEN)
ANSWER_OF = {action_id: answer for answer, action_id in ACTION_IDS.items()}
CLOSING = (Answer.RESOLVE, Answer.FALSE_POSITIVE)
"""After all other answers something may be due: a level now, a reminder or the end of a snooze later."""
ANSWER_OF_MODAL = {modals.RESOLVE: Answer.RESOLVE, modals.FALSE_POSITIVE: Answer.FALSE_POSITIVE}


def register(bolt: App) -> None:
    for answer in AT_ONCE:
        bolt.action(ACTION_IDS[answer])(answer_at_once)
    bolt.action(ACTION_IDS[Answer.RESOLVE])(open_modal)
    bolt.action(ACTION_IDS[Answer.FALSE_POSITIVE])(open_modal)
    bolt.action(SHOW)(show)
    for callback in ANSWER_OF_MODAL:
        bolt.view(callback)(submit)


def answer_at_once(
    ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient, respond: Respond
) -> None:
    """Acknowledge, pass on or reopen: apply it, and draw what was clicked anew in the reply."""
    ack()
    who = actor_of(context, client, body)
    if who is None:
        say(body, client, respond, OUTSIDERS)
        return
    alert_id, epoch = read_value(action["value"])
    why = give(house_of(context), ANSWER_OF[action["action_id"]], who, alert_id, epoch)
    if why:
        say(body, client, respond, why)
    draw_in_place(context, who, body, respond, client)


def give(
    house: Context, answer: Answer, who: Actor, alert_id: int, epoch: int | None = None, wish: Wish | None = None
) -> str | None:
    """Apply an answer and ring for what follows; None, or why nothing has changed."""
    wish = wish or Wish()
    try:
        with house.db.begin() as session:
            answered = answering.give(session, answer, who.workspace_id, alert_id, who.person_id, epoch, wish)
            if answer is Answer.FALSE_POSITIVE and answered.refusal is None:
                remember(session, who.workspace_id, who.person_id, alert_id, wish.notes)
            card = reading.card(session, who.workspace_id, alert_id)
    except answering.NoSuchAlert:
        return no_such(alert_id)
    if answered.refusal is not None and card is not None:
        return refusal(answered.refusal, card, answer)
    house.bell.wake("redraw")
    if answer not in CLOSING:
        house.bell.wake("escalate")
    return None


def remember(session: Session, workspace_id: int, person_id: int, alert_id: int, why: str) -> None:
    """The message behind a client's false alarm becomes an example; it suppresses nothing by itself."""
    message = learning.opened_by(session, workspace_id, alert_id)
    if message is not None:
        marked = Marked(message.channel_id, message.ts, redact(message.text))
        learning.mark(session, workspace_id, learning.FALSE_POSITIVE, marked, Risk.NONE, person_id, why)


def open_modal(
    ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient, respond: Respond
) -> None:
    """Resolve and false positive ask for words first."""
    ack()
    who = actor_of(context, client, body)
    if who is None:
        say(body, client, respond, OUTSIDERS)
        return
    alert_id, epoch = read_value(action["value"])
    card = answerable(house_of(context), who, alert_id)
    if isinstance(card, str):
        say(body, client, respond, card)
        return
    metadata = {"alert": alert_id, "epoch": epoch, "home": (body.get("view") or {}).get("private_metadata")}
    make = modals.resolve if action["action_id"] == ACTION_IDS[Answer.RESOLVE] else modals.false_positive
    client.views_open(trigger_id=body["trigger_id"], view=make(card, metadata))


def answerable(house: Context, who: Actor, alert_id: int) -> Card | str:
    """The card of an alert that this person may answer, or why they may not: a form shows its title already."""
    with house.db.begin() as session:
        card = reading.card(session, who.workspace_id, alert_id)
        may = answering.may_answer_it(session, who.workspace_id, alert_id, who.person_id)
    if card is None:
        return no_such(alert_id)
    return card if may else refusal(Refusal.NOT_ALLOWED, card)


def submit(ack: Ack, body: dict[str, Any], view: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """The modal's answer; whoever may not, or comes too late, reads so in the modal."""
    house, metadata = house_of(context), modals.metadata(view)
    who = actor_of(context, client, body)
    notes = modals.values(view)[modals.NOTES]
    answer = ANSWER_OF_MODAL[view["callback_id"]]
    why = give(house, answer, who, metadata["alert"], metadata["epoch"], Wish(notes)) if who else OUTSIDERS
    if why or who is None:
        refuse(ack, why or OUTSIDERS)
        return
    ack()
    if metadata.get("home"):
        publish(context, client, who, metadata["home"])


def show(
    ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient, respond: Respond
) -> None:
    """Everything about one alert, in a modal."""
    ack()
    who = actor_of(context, client, body)
    if who is None:
        say(body, client, respond, OUTSIDERS)
        return
    show_details(house_of(context), client, body, respond, who, read_value(action["value"])[0])


def show_details(
    house: Context, client: WebClient, body: dict[str, Any], respond: Respond, who: Actor, alert_id: int
) -> None:
    """The alert with its history and receipts, in a modal, for those who may see it."""
    details = look(house, who, alert_id)
    if details is None:
        say(body, client, respond, none_to_see(alert_id))
        return
    shown = page(PageCard(details.card, PageKind.NEW)).blocks
    blocks = [block for block in shown if block["type"] != "actions"]
    _open_notice(client, body, f"Alert #{alert_id}", [*blocks, *timeline(details)])


def look(house: Context, who: Actor, alert_id: int) -> Details | None:
    """The alert with its history and receipts; None where there is none that this person may see."""
    with house.db.begin() as session:
        someone = people.find(session, who.workspace_id, who.slack_id)
        seen = someone is not None and reading.may_see(session, who.workspace_id, alert_id, someone)
        return reading.details(session, who.workspace_id, alert_id) if seen else None


def none_to_see(alert_id: int) -> str:
    return f"There is no alert #{alert_id} that you can see. `/heed alerts` lists what is open."


def no_such(alert_id: int) -> str:
    return f"There is no alert #{alert_id} here. `/heed alerts` lists what is open."


def draw_in_place(context: BoltContext, who: Actor, body: dict[str, Any], respond: Respond, client: WebClient) -> None:
    """Draw what was clicked as it stands now: the message by the reply, Home by publishing it."""
    if body["container"]["type"] != "message":
        publish(context, client, who, body["view"]["private_metadata"])
        return
    place = (who.workspace_id, body["container"]["channel_id"], body["container"]["message_ts"])
    house = house_of(context)
    with house.db.begin() as session:
        shown = drawing.shown_at(session, *place)
        held = drawing.hold(session, *place)
    if shown is None:
        return
    drawn = message(shown.contents, shown.is_list, shown.storm)
    replied = respond(text=drawn.text, blocks=drawn.blocks, replace_original=True)
    if replied.status_code == HTTPStatus.OK:
        with house.db.begin() as session:
            drawing.drawn_in_place(session, *place, held)


def say(body: dict[str, Any], client: WebClient, respond: Respond, words: str) -> None:
    """Tell only this person, where they are: below the message, or in a modal over Home."""
    if body["container"]["type"] == "message":
        respond(text=words, response_type="ephemeral", replace_original=False)
    else:
        _open_notice(client, body, "Nothing has changed", [section(words)])


def refuse(ack: Ack, why: str) -> None:
    """Answer a modal with words in its place; an error at a field could show neither people nor times."""
    ack(response_action="update", view=_notice("Nothing has changed", [section(why)]))


def _open_notice(client: WebClient, body: dict[str, Any], title: str, blocks: list[Block]) -> None:
    client.views_open(trigger_id=body["trigger_id"], view=_notice(title, blocks))


def _notice(title: str, blocks: list[Block]) -> Block:
    return {"type": "modal", "title": plain(title), "close": plain("Close"), "blocks": blocks}
