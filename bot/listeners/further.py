"""Snoozing, giving away, giving back, notes: the menu of an alert, the modals behind it, and the same by command."""

from datetime import datetime
from typing import Any

from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient

from bot.context import Context
from bot.listeners.acting import OUTSIDERS, Actor, actor, actor_of, house_of
from bot.listeners.alert import answerable, draw_in_place, give, no_such, refuse, say, show_details
from bot.listeners.asking import Asked, clock_of, mention, number
from bot.listeners.home import publish
from bot.views import further as menu
from bot.views import modals
from bot.views.alert import refusal
from bot.views.further import Choice, What, read_choice
from bot.views.parts import escape, on, person
from models.actions import answering, reading
from models.actions.answering import Wish
from models.answer import Answer
from models.spans import parse_span
from models.words import Status

MODALS = {What.SNOOZE: menu.snooze, What.GIVE: menu.give, What.NOTE: menu.note}
NOT_PAGEABLE = "Only active people of this workspace can be paged."


def register(bolt: App) -> None:
    bolt.action(menu.MORE)(more)
    bolt.view(menu.SNOOZE)(snooze_submitted)
    bolt.view(menu.GIVE)(give_submitted)
    bolt.view(menu.NOTE)(note_submitted)


def more(
    ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient, respond: Respond
) -> None:
    """Something was chosen in an alert's menu: done at once, or asked for the rest in a modal."""
    ack()
    who = actor_of(context, client, body)
    if who is None:
        say(body, client, respond, OUTSIDERS)
        return
    choice = read_choice(action["selected_option"]["value"])
    if choice.what is What.DETAILS:
        show_details(house_of(context), client, body, respond, who, choice.alert_id)
    elif choice.what in MODALS:
        _open(house_of(context), client, body, respond, who, choice)
    else:
        why = _at_once(house_of(context), who, choice)
        if why:
            say(body, client, respond, why)
        draw_in_place(context, who, body, respond, client)


def _at_once(house: Context, who: Actor, choice: Choice) -> str | None:
    if choice.what is What.GIVE_BACK:
        return give(house, Answer.GIVE_BACK, who, choice.alert_id, choice.epoch, Wish(seen=choice.seen))
    until = _snooze_until(house, who, choice.what.value)
    return give(house, Answer.SNOOZE, who, choice.alert_id, choice.epoch, Wish(seen=choice.seen, until=until))


def _open(
    house: Context, client: WebClient, body: dict[str, Any], respond: Respond, who: Actor, choice: Choice
) -> None:
    card = answerable(house, who, choice.alert_id)
    if isinstance(card, str):
        say(body, client, respond, card)
        return
    home = (body.get("view") or {}).get("private_metadata")
    metadata = {"alert": choice.alert_id, "epoch": choice.epoch, "seen": choice.seen.value, "home": home}
    client.views_open(trigger_id=body["trigger_id"], view=MODALS[choice.what](card, metadata))


def snooze_submitted(
    ack: Ack, body: dict[str, Any], view: dict[str, Any], context: BoltContext, client: WebClient
) -> None:
    """The modal's snooze; a time that is not understood is said at its field."""
    submitted = _Submitted(ack, body, view, context, client)
    if submitted.who is None:
        refuse(ack, OUTSIDERS)
        return
    words = submitted.values[menu.UNTIL].strip() or submitted.values[menu.SPAN]
    try:
        until = _snooze_until(submitted.house, submitted.who, words)
    except ValueError as error:
        ack(response_action="errors", errors={menu.UNTIL: str(error).replace("`", "")})
        return
    submitted.answer(Answer.SNOOZE, until=until)


def give_submitted(
    ack: Ack, body: dict[str, Any], view: dict[str, Any], context: BoltContext, client: WebClient
) -> None:
    """The modal's person gets the alert."""
    submitted = _Submitted(ack, body, view, context, client)
    if submitted.who is None:
        refuse(ack, OUTSIDERS)
        return
    to = actor(context, client, submitted.values[menu.PERSON])
    if to is None:
        ack(response_action="errors", errors={menu.PERSON: NOT_PAGEABLE})
        return
    submitted.answer(Answer.REASSIGN, to=to.person_id)


def note_submitted(
    ack: Ack, body: dict[str, Any], view: dict[str, Any], context: BoltContext, client: WebClient
) -> None:
    """The modal's words are written into the alert's history."""
    submitted = _Submitted(ack, body, view, context, client)
    if submitted.who is None:
        refuse(ack, OUTSIDERS)
    elif not submitted.words:
        ack(response_action="errors", errors={menu.WORDS: "Say in a few words what you found."})
    else:
        submitted.close(_note(submitted.house, submitted.who, submitted.metadata["alert"], submitted.words))


class _Submitted:
    """A modal of an alert that was submitted: who did it, what they entered, and how it is answered."""

    def __init__(
        self, ack: Ack, body: dict[str, Any], view: dict[str, Any], context: BoltContext, client: WebClient
    ) -> None:
        self._ack, self._context, self._client = ack, context, client
        self.house = house_of(context)
        self.who = actor_of(context, client, body)
        self.values = modals.values(view)
        self.words = self.values[menu.WORDS].strip()
        self.metadata = modals.metadata(view)

    def answer(self, answer: Answer, until: datetime | None = None, to: int | None = None) -> None:
        """Give the answer for the alert as it was when the menu was drawn."""
        assert self.who is not None
        wish = Wish(self.words, Status(self.metadata["seen"]), until, to)
        self.close(give(self.house, answer, self.who, self.metadata["alert"], self.metadata["epoch"], wish))

    def close(self, why: str | None) -> None:
        """Close the modal, or say why nothing has changed; Home is drawn anew if it was opened there."""
        if why is not None:
            refuse(self._ack, why)
            return
        self._ack()
        if self.who is not None and self.metadata.get("home"):
            publish(self._context, self._client, self.who, self.metadata["home"])


def _snooze_until(house: Context, who: Actor, words: str) -> datetime:
    """When a snooze ends; raises ValueError with one line that may hold what was typed."""
    end, rest = _span_from_now(house, who, words)
    if rest:
        raise ValueError(f"I don't understand “{rest[:40]}”. Please say for example `2h` or `until fri 9:00`.")
    return end


def _span_from_now(house: Context, who: Actor, words: str) -> tuple[datetime, str]:
    now, zone = clock_of(house, who)
    span = parse_span(words, now, zone)
    if span.start > now:
        raise ValueError("A snooze begins now. Please say for example `2h` or `until fri 9:00`.")
    return span.end, span.rest


def _note(house: Context, who: Actor, alert_id: int, words: str) -> str | None:
    """Write a note; None, or why nothing has changed."""
    try:
        with house.db.begin() as session:
            answered = answering.add_note(session, who.workspace_id, alert_id, who.person_id, words)
            card = reading.card(session, who.workspace_id, alert_id)
    except answering.NoSuchAlert:
        return no_such(alert_id)
    if answered.refusal is not None and card is not None:
        return refusal(answered.refusal, card)
    house.bell.wake("redraw")
    return None


def snooze(asked: Asked) -> str:
    """`/heed snooze 12 2h waiting for the vendor`"""
    alert_id, words = number(asked.words)
    if alert_id is None or not words:
        return "Which one, and for how long? `/heed snooze 12 2h`, or `/heed snooze 12 until tomorrow 9:00`."
    try:
        until, notes = _span_from_now(asked.house, asked.who, words)
    except ValueError as error:
        return f"{escape(str(error))} Nothing has changed."
    why = give(asked.house, Answer.SNOOZE, asked.who, alert_id, wish=Wish(notes, until=until))
    return why or f"Snoozed #{alert_id} until {on(until)}: it is yours until then, and then open again, from level 1."


def give_to(asked: Asked) -> str:
    """`/heed give 12 @person you know this part`"""
    alert_id, words = number(asked.words)
    target, notes = mention(words)
    if alert_id is None or target is None:
        return "Which one, and to whom? `/heed give 12 @person`. Choose the person from Slack's list."
    to = asked.find(target)
    if to is None:
        return f"{person(target)} cannot be paged: only active people of this workspace can. Nothing has changed."
    why = give(asked.house, Answer.REASSIGN, asked.who, alert_id, wish=Wish(notes, to=to.person_id))
    return why or f"Gave #{alert_id} to {person(target)}, who is paged now; without an answer it goes on by the policy."


def give_back(asked: Asked) -> str:
    """`/heed give-back 12 I have to leave`"""
    alert_id, notes = number(asked.words)
    if alert_id is None:
        return "Which one? `/heed give-back 12`. `/heed alerts` lists what is open."
    why = give(asked.house, Answer.GIVE_BACK, asked.who, alert_id, wish=Wish(notes))
    return why or f"Gave back #{alert_id}: it is open again, and the next level is paged now."


def add_note(asked: Asked) -> str:
    """`/heed note 12 the disk is full again`"""
    alert_id, words = number(asked.words)
    if alert_id is None or not words:
        return "Which one, and what? `/heed note 12 The disk is full again`."
    return _note(asked.house, asked.who, alert_id, words) or f"Noted on #{alert_id}."
