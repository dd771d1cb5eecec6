"""`/heed`: one function a subcommand, each answers only the person who typed it."""

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot.listeners.acting import OUTSIDERS, actor, actor_of, house_of
from bot.listeners.alert import give, look, none_to_see
from bot.listeners.asking import Asked, Subcommand, mention, number
from bot.listeners.duty import oncall, override, schedule, who
from bot.listeners.emoji import emoji
from bot.listeners.further import add_note, give_back, give_to, snooze
from bot.listeners.heartbeat import heartbeat
from bot.listeners.intake import intake
from bot.listeners.marks import quality, sent
from bot.listeners.quiet import silence, silences, unsilence
from bot.listeners.sources import source
from bot.listeners.tokens import token
from bot.listeners.watching import clients, unwatch, watch
from bot.listeners.ways import ways_command
from bot.views import replies
from bot.views.alert import page as page_view
from bot.views.parts import Block, Rendered, person, quoted, typed
from models.actions import people, raising, reading
from models.actions.answering import Wish
from models.answer import Answer
from models.card import Filter, PageCard
from models.db import now_of
from models.words import PageKind, Role


def register(bolt: App) -> None:
    bolt.command("/heed")(heed)


def heed(ack: Ack, body: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """Find the subcommand and answer in place; what is not understood gets the list of what is."""
    someone = actor_of(context, client, body)
    if someone is None:
        ack(OUTSIDERS)
        return
    name, _, words = (body.get("text") or "help").strip().partition(" ")
    subcommand = SUBCOMMANDS.get(name.lower())
    if subcommand is None:
        ack(replies.help_text(unknown=name))
        return
    asked = Asked(
        house_of(context),
        someone,
        typed(words.strip()),
        lambda slack_id: actor(context, client, slack_id),
        lambda view: _open(client, body, view),
    )
    answer = subcommand(asked)
    if isinstance(answer, str):
        ack(answer)
    else:
        ack(text=answer.text, blocks=answer.blocks)


def _open(client: WebClient, body: dict[str, Any], view: Block) -> None:
    client.views_open(trigger_id=body["trigger_id"], view=view)


def page(asked: Asked) -> str:
    target, title = mention(asked.words)
    if not title:
        return "Say what is wrong: `/heed page @person The payment job hangs`. Without a person, the policy decides."
    if len(title) > raising.TITLE_LENGTH:
        return f"That is too long for a page ({len(title)} of {raising.TITLE_LENGTH} characters). Nobody was paged."
    if title.startswith("@"):
        return f"I don't know {quoted(title.split()[0], 80)}. Choose the person from Slack's list. Nobody was paged."
    paged = asked.find(target) if target else None
    if target and paged is None:
        return f"{person(target)} cannot be paged: only active people of this workspace can. Nobody was paged."
    with asked.house.db.begin() as session:
        number = raising.raise_by_hand(
            session, asked.who.workspace_id, asked.who.person_id, title, paged.person_id if paged else None
        )
    asked.house.bell.wake("escalate")
    whom = person(paged.slack_id) if paged else "Everybody on call"
    return f"Raised #{number}. {whom} is paged now; if nobody answers, it goes on by the policy."


def alerts(asked: Asked) -> Rendered:
    mine = asked.who.role not in (Role.ADMIN, Role.RESPONDER)
    with asked.house.db.begin() as session:
        person_id = asked.who.person_id if mine else None
        listing = reading.listing(session, asked.who.workspace_id, Filter(), person_id)
        return replies.alerts(listing, now_of(session), mine)


def show(asked: Asked) -> str | Rendered:
    alert_id, _ = number(asked.words)
    if alert_id is None:
        return "Which one? `/heed show 12`. `/heed alerts` lists what is open."
    details = look(asked.house, asked.who, alert_id)
    if details is None:
        return none_to_see(alert_id)
    shown = page_view(PageCard(details.card, PageKind.NEW))
    return Rendered(shown.text, [*shown.blocks, *replies.timeline(details)])


def _answer(answer: Answer, done: str, example: str) -> Callable[[Asked], str]:
    def subcommand(asked: Asked) -> str:
        alert_id, notes = number(asked.words)
        if alert_id is None:
            return f"Which one? `/heed {example}`. `/heed alerts` lists what is open."
        return give(asked.house, answer, asked.who, alert_id, wish=Wish(notes)) or done.format(number=alert_id)

    return subcommand


def test(asked: Asked) -> str:
    with asked.house.db.begin() as session:
        raising.raise_test(session, asked.who.workspace_id, asked.who.person_id)
    asked.house.bell.wake("escalate")
    return "A test page is on its way to you, and to nobody else. It shows how long it took."


def admins(asked: Asked) -> str:
    verb, _, rest = asked.words.partition(" ")
    if verb in ("add", "remove"):
        return _set_role(asked, rest, Role.ADMIN if verb == "add" else Role.MEMBER)
    with asked.house.db.begin() as session:
        return replies.admins([each.slack_id for each in people.admins(session, asked.who.workspace_id)])


def role(asked: Asked) -> str:
    target, word = mention(asked.words)
    if target is None or word not in (Role.ADMIN, Role.RESPONDER, Role.MEMBER):
        return "Whom, and what? `/heed role @person responder` (or `admin`, or `member`)."
    return _set_role(asked, asked.words, Role(word))


def _set_role(asked: Asked, words: str, wanted: Role) -> str:
    if asked.who.role is not Role.ADMIN:
        return "Only admins can change roles. `/heed admins` says who they are."
    target, _ = mention(words)
    someone = asked.find(target) if target else None
    if someone is None:
        return "I need an active person of this workspace: `/heed admins add @person`."
    try:
        with asked.house.db.begin() as session:
            people.set_role(session, asked.who.workspace_id, someone.person_id, wanted, by=asked.who.person_id)
    except people.LastAdmin:
        return f"{person(target)} is the only admin. Add another one first: `/heed admins add @person`."
    return f"{person(target)} is {'an admin' if wanted is Role.ADMIN else f'a {wanted.value}'} now."


def help_(asked: Asked) -> str:
    return replies.help_text()


SUBCOMMANDS: dict[str, Subcommand] = {
    "page": page,
    "alerts": alerts,
    "show": show,
    "ack": _answer(Answer.ACKNOWLEDGE, "Acknowledged #{number}; nobody else is paged.", "ack 12"),
    "resolve": _answer(Answer.RESOLVE, "Resolved #{number}.", "resolve 12 fixed the disk"),
    "false-positive": _answer(
        Answer.FALSE_POSITIVE, "Marked #{number} as a false positive.", "false-positive 12 only a test"
    ),
    "reopen": _answer(Answer.REOPEN, "Reopened #{number}; it is escalated again.", "reopen 12"),
    "pass": _answer(Answer.PASS_ON, "Passed on #{number}: the next level is paged now.", "pass 12"),
    "snooze": snooze,
    "give": give_to,
    "give-back": give_back,
    "note": add_note,
    "silence": silence,
    "silences": silences,
    "unsilence": unsilence,
    "oncall": oncall,
    "schedule": schedule,
    "who": who,
    "override": override,
    "watch": watch,
    "unwatch": unwatch,
    "clients": clients,
    "heartbeat": heartbeat,
    "intake": intake,
    "emoji": emoji,
    "source": source,
    "ways": ways_command,
    "test": test,
    "quality": quality,
    "sent": sent,
    "token": token,
    "admins": admins,
    "role": role,
    "help": help_,
}
