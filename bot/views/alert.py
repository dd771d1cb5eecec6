"""An alert as people get it: the direct message of a page, lists of several, and the words of an answer's refusal."""

import json
from collections.abc import Sequence

from bot.views import draft
from bot.views.further import menu
from bot.views.parts import (
    BADGES,
    TEXT_LENGTH,
    Block,
    NotOurs,
    Rendered,
    actions,
    at,
    button,
    context,
    cut_marked,
    escape,
    header,
    on,
    passage,
    people,
    person,
    quote,
    quoted,
    safe_link,
    section,
)
from models.answer import SNOOZE_AT_MOST, Answer, Refusal
from models.card import LIST_SHOWN, Card, PageCard
from models.escalation import STEPS_A_MINUTE
from models.words import Origin, PageKind, Status

ANSWERS = {
    Answer.ACKNOWLEDGE: ("alert_acknowledge", "Acknowledge", "primary"),
    Answer.RESOLVE: ("alert_resolve", "Resolve…", None),
    Answer.FALSE_POSITIVE: ("alert_false_positive", "False positive…", None),
    Answer.PASS_ON: ("alert_pass_on", "Pass on now", None),
    Answer.REOPEN: ("alert_reopen", "Reopen", None),
}
ACTION_IDS = {answer: action_id for answer, (action_id, _, _) in ANSWERS.items()}
SHOW = "alert_show"
LABELS_SHOWN = 10


def value_of(card: Card) -> str:
    """What a button carries: the alert and the epoch at which it was drawn."""
    return json.dumps({"alert": card.id, "epoch": card.epoch})


def read_value(value: str) -> tuple[int, int]:
    """(alert, epoch) of a button's value; raises ValueError on anything else, NotOurs if it may be another button's."""
    try:
        stored = json.loads(value)
        return int(stored["alert"]), int(stored["epoch"])
    except (KeyError, TypeError) as error:
        raise NotOurs(f"actions[0].value: is no alert's ({error})") from None


def page(shown: PageCard) -> Rendered:
    """The direct message of one page, as the alert stands now."""
    card = shown.card
    if shown.superseded:
        return _superseded(card)
    blocks = [
        header(_headline(card)),
        context(_facts(card)),
        *_client(card),
        *_body(card),
    ]
    reason = _reason(shown)
    if reason:
        blocks.append(section(reason))
    blocks.append(section(standing(card)))
    if card.notes and not card.status.is_live:
        blocks.append(quote(card.notes))
    if card.newest_note:
        blocks.append(context(_note(card)))
    blocks += _buttons(card)
    return Rendered(cut_marked(_text(shown), TEXT_LENGTH), blocks)


def _superseded(card: Card) -> Rendered:
    """What is left of a post when its person has a newer one about the same alert."""
    said = f"{quoted(card.title, 160)}: there is a newer message about it below"
    return Rendered(f"#{card.id} {said}.", [context(f"{BADGES[card.severity]} *#{card.id}* {said}")])


def page_list(shown: Sequence[PageCard]) -> Rendered:
    """Several pages in one message; the worst are named, each with its own Acknowledge."""
    waiting = [each.card for each in shown if each.card.status is Status.OPEN]
    count = len(waiting)
    head = f"{count} alerts need an answer" if count != 1 else "1 alert needs an answer"
    if not count:
        head = f"All {len(shown)} alerts here are answered"
    blocks = [header(head)]
    for card in [each.card for each in shown][:LIST_SHOWN]:
        line = f"{BADGES[card.severity]} *#{card.id}* {quoted(card.title, 160)}\n"
        line += on(card.opened_at) if card.status is Status.OPEN else standing(card)
        accessory = None
        if Answer.ACKNOWLEDGE in card.answers:
            accessory = button("Acknowledge", ACTION_IDS[Answer.ACKNOWLEDGE], value_of(card))
        blocks.append({**section(line, accessory), "block_id": f"alert:{card.id}"})
    more = len(shown) - LIST_SHOWN
    if more > 0:
        blocks.append(context(f"and {more} more: `/heed alerts` lists all."))
    worst = ", ".join(f"#{card.id} {quoted(card.title, 80)}" for card in waiting[:5])
    return Rendered(cut_marked(f"{head}: {worst}" if worst else head, TEXT_LENGTH), blocks)


def _headline(card: Card) -> str:
    if card.origin is Origin.TEST:
        return card.title
    return card.severity.label.capitalize() + (f" · {card.client}" if card.client else "") + f": {card.title}"


def _facts(card: Card) -> str:
    parts = [f"{BADGES[card.severity]} *#{card.id}*", card.status.label]
    if card.source:
        parts.append(f"from {quoted(card.source, 80)}")
    if card.raised_by and card.origin is Origin.PERSON:
        parts.append(f"raised by {person(card.raised_by)}")
    if card.origin is Origin.CLIENT and card.channel:
        parts.append(f"{person(card.author)} in <#{card.channel}>" if card.author else f"in <#{card.channel}>")
    parts.append(on(card.opened_at))
    if card.count > 1 and not card.parts:
        parts.append(f"seen {card.count} times, last {at(card.last_seen_at)}")
    return " · ".join(parts)


def gathered(card: Card) -> str:
    """What a grouped alert holds: how many of its parts still fire, which, and how many are new."""
    if card.parts_open == card.parts:
        many = f"{card.parts} parts are firing" if card.parts > 1 else "1 part is firing"
    else:
        many = f"{card.parts_open} of {card.parts} parts still firing"
    since = f" · +{card.parts_new} since acknowledged" if card.parts_new else ""
    if not card.part_titles:
        return f"*{many}*{since}"
    others = card.parts_open - len(card.part_titles)
    named = ", ".join(quoted(each, 80) for each in card.part_titles) + (f" and {others} more" if others > 0 else "")
    return f"*{many}*{since}: {named}"


def _client(card: Card) -> list[Block]:
    """What is known of the client besides its name."""
    known = [
        f"tier {quoted(card.client_tier, 40)}" if card.client_tier else "",
        f"owner {person(card.client_owner)}" if card.client_owner else "",
        f"renews on {card.client_renews:%Y-%m-%d}" if card.client_renews else "",
    ]
    told = " · ".join(each for each in known if each)
    return [context(told[0].upper() + told[1:])] if told else []


def _body(card: Card) -> list[Block]:
    blocks: list[Block] = []
    if card.excerpt:
        blocks.append(quote(card.excerpt))
    if card.parts:
        blocks.append(section(gathered(card)))
    if card.details:
        blocks.append(passage(card.details))
    if card.indicators:
        blocks.append(context(" ".join(f"`{quoted(each.replace('_', ' '), 40)}`" for each in card.indicators[:10])))
    if doubt := quoted(card.disagreement, 400):
        blocks.append(context(doubt))
    if card.suggested_action:
        blocks.append(section(f"*Suggested:* {quoted(card.suggested_action, 600)}"))
    if card.labels and card.origin is Origin.SIGNAL:
        shown = list(card.labels.items())[:LABELS_SHOWN]
        blocks.append(context(" · ".join(f"{quoted(key, 60)}={quoted(str(value), 100)}" for key, value in shown)))
    link = safe_link(card.link)
    if link:
        blocks.append(section(f"<{link}|{'Open the message' if card.client else 'Open the link'}>"))
    return blocks


def _reason(shown: PageCard) -> str:
    """Why this message came, when it is not simply a new alert."""
    card = shown.card
    match card.status, shown.kind:
        case Status.ACKNOWLEDGED, PageKind.REMINDER if card.opens_again_at:
            return (
                f"*{person(card.acknowledged_by)}, you acknowledged this and it is not resolved.* Without an answer it "
                f"is open again {on(card.opens_again_at)}: resolve it, snooze it, or give it back."
            )
        case Status.OPEN, PageKind.OPEN_AGAIN:
            why = quoted(card.opened_again or "acknowledged, but not resolved", 200)
            return f"*Nobody has it any more:* {why}, so it is open again."
        case Status.OPEN, PageKind.RUNAWAY:
            ahead = f" and goes on at {at(card.next_step_at)}" if card.next_step_at else ""
            return (
                f"*This alert paged {STEPS_A_MINUTE} levels within a minute.* It was braked{ahead}. "
                f"Check the timeouts of policy {quoted(card.policy, 80)}."
            )
        case Status.OPEN, PageKind.EXHAUSTED if card.exhausted_at:
            return f"*Nobody has answered.* {_levels(card)} reached, {_laps(card)}, and nobody is paged any more."
        case Status.OPEN, PageKind.UNREACHABLE:
            return "*Nobody could be reached* by the policy of this alert. It is tried again every 5 minutes."
        case Status.OPEN, PageKind.MISCONFIGURED:
            return f"*This alert cannot be escalated:* its policy {quoted(card.policy, 80)} does not work."
    return ""


def standing(card: Card) -> str:
    """One line: who has answered, or who is paged and what happens next."""
    if card.status is Status.ACKNOWLEDGED and card.acknowledged_at:
        return f"Acknowledged by {who_acknowledged(card)}, {at(card.acknowledged_at)}{_until(card)}"
    if not card.status.is_live and card.closed_at:
        who = person(card.closed_by) if card.closed_by else "its source"
        word = "Resolved" if card.status is Status.RESOLVED else "Marked as a false positive"
        return f"{word} by {who}, {at(card.closed_at)}"
    if card.round_trip is not None:
        return f"It reached you {card.round_trip:.2f} s after {'its test signal' if card.source else '`/heed test`'}."
    if card.waits_for_digest:
        return "Nobody is paged: medium alerts of clients wait for the daily digest"
    paged = f"Paged: {people(card.paged)}" if card.paged else "Nobody is paged yet"
    if card.silenced_until:
        return f"Silenced until {on(card.silenced_until)} · {paged}"
    if card.exhausted_at:
        return f"{paged} · nobody answered, escalation ended {at(card.exhausted_at)}"
    place = f"level {max(card.level, 1)} of {card.levels}, lap {card.lap} of {card.laps}"
    is_last = card.level >= card.levels and card.lap >= card.laps
    then = "if nobody answers, admins are told at" if is_last else "goes on at"
    ahead = f" · {then} {at(card.next_step_at)}" if card.next_step_at else ""
    return f"{paged} · {place}{ahead}"


def who_acknowledged(card: Card) -> str:
    """A mention; for an acknowledge that came from elsewhere the name given there, and the source that told it."""
    source = quoted(card.source, 80)
    if card.acknowledged_by or not source:
        return person(card.acknowledged_by)
    name = quoted(card.acknowledged_from, 80)
    return f"{name} ({source})" if name else source


def held(card: Card) -> str:
    """Until when the alert waits by somebody's will: "silenced until …", "snoozed until …"; empty when it does not."""
    if card.silenced_until:
        return f"silenced until {on(card.silenced_until)}"
    return f"snoozed until {on(card.snoozed_until)}" if card.snoozed_until else ""


def _until(card: Card) -> str:
    """What ends an acknowledge by itself."""
    if held(card):
        return f" · {held(card)}"
    return f" · open again if not resolved by {on(card.opens_again_at)}" if card.opens_again_at else ""


def _note(card: Card) -> str:
    who = "" if card.notes_by else quoted(card.notes_from, 80)
    return f"Note by {who or person(card.notes_by)}: “{quoted(card.newest_note, 300)}”"


def _levels(card: Card) -> str:
    return f"All {card.levels} levels were" if card.levels > 1 else "The only level was"


def _laps(card: Card) -> str:
    return f"{card.laps} times" if card.laps > 1 else "once"


def _buttons(card: Card) -> list[Block]:
    offered = [button(ANSWERS[each][1], ANSWERS[each][0], value_of(card), ANSWERS[each][2]) for each in card.answers]
    if draft.is_offered(card):
        offered.append(button(draft.LABEL, draft.DRAFT, value_of(card)))
    return [actions(f"alert:{card.id}", *offered, *menu(card))] if offered else []


def _text(shown: PageCard) -> str:
    """The whole story for a phone's notification and a screen reader, in sentences."""
    card = shown.card
    where = f" from {escape(card.client)}" if card.client else ""
    head = f"{card.severity.label.capitalize()} alert #{card.id}{where}: {escape(card.title)}"
    sentences = [escape(card.title) if card.origin is Origin.TEST else head]
    reason = _reason(shown).replace("*", "")
    if card.status is not Status.OPEN:
        sentences.insert(0, reason or standing(card))
    if card.parts:
        sentences.append(gathered(card).replace("*", ""))
    what = quoted(card.excerpt or card.details, 300)
    if what:
        sentences.append(f"“{what}”")
    if card.status is Status.OPEN:
        sentences.append(reason)
        if card.suggested_action:
            sentences.append(f"Suggested: {quoted(card.suggested_action, 200)}")
        ended = "Please answer it" if reason else "Nobody is paged any more, so please answer it"
        if card.silenced_until:
            sentences.append(f"Silenced until {on(card.silenced_until)}")
        elif card.waits_for_digest:
            sentences.append(standing(card))
        elif card.origin is not Origin.TEST:
            sentences.append(ended if card.exhausted_at else "Acknowledge to stop the escalation")
    if card.newest_note:
        sentences.append(_note(card))
    return " ".join(each if each[-1] in ".!?”" else f"{each}." for each in sentences if each)


def refusal(why: Refusal, card: Card, asked: Answer | None = None) -> str:
    """What the loser of a race, or somebody who may not, is told: who was first, and what can be done now.

    `asked` is the answer that was refused, where that makes a difference.
    """
    match why:
        case Refusal.NOT_ALLOWED:
            return f"Only admins, responders and those who were paged may answer #{card.id}. Nothing has changed."
        case Refusal.OUTDATED:
            return f"#{card.id} has changed since this message was drawn, so nothing was done. {standing(card)}."
        case Refusal.NOT_CLOSED:
            return f"#{card.id} is not closed, so there is nothing to reopen. {standing(card)}."
        case Refusal.SILENCED:
            return f"#{card.id} is silenced, so nobody would be paged. `/heed silences` lists silences to end."
        case Refusal.LAST_LEVEL:
            again = f" It goes on by itself at {at(card.next_step_at)}." if card.next_step_at else ""
            return f"#{card.id} is at its last level, so there is nobody further to pass it on to.{again}"
        case Refusal.TOO_LATE:
            return f"#{card.id} was closed more than an hour ago. If it is back, raise it anew with `/heed page`."
        case Refusal.NOT_ACKNOWLEDGED:
            return f"Nobody has acknowledged #{card.id}, so there is nothing to give back. {standing(card)}."
        case Refusal.BAD_TIME:
            days = SNOOZE_AT_MOST.days
            return f"#{card.id} can be snoozed for {days} days at most, and not into the past. Nothing has changed."
        case Refusal.ALREADY if not card.status.is_live:
            return f"A newer alert has taken over from #{card.id}, so it stays closed."
        case Refusal.ALREADY if asked is Answer.PASS_ON:
            return (
                f"#{card.id} is acknowledged, so it is not passed on. {standing(card)}. "
                f"`/heed give-back {card.id}` pages the next level."
            )
    return f"Nothing to do for #{card.id}. {standing(card)}."
