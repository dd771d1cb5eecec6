"""How somebody is reached: `/heed ways` and Home's button, and the windows behind them.

Nothing is sent from here: codes and tests are rows that the job `ways` sends.
"""

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot.context import Context
from bot.listeners.acting import OUTSIDERS, Actor, actor_of, house_of
from bot.listeners.asking import Asked, mention
from bot.views import modals
from bot.views import ways as view
from bot.views.parts import Block
from models.actions import people, ways
from models.actions.ways import Refused
from models.way import BadWait, Verdict, WayLine, read_wait
from models.way_address import Address, BadAddress, read_address
from models.words import Role

OPENED = "Your ways are open in a window."
ONLY_ADMINS = "Only admins see how others are reached. `/heed ways` shows yours."
NOT_THE_CODE = {
    Verdict.WRONG: "That is not the code. Look again: the newest one counts.",
    Verdict.TOO_LATE: "This code does not work any more, or was never sent. Close this and send another code.",
    Verdict.TOO_OFTEN: "That was wrong too often. Close this, remove the way, and add it again.",
}


def register(bolt: App) -> None:
    bolt.action(view.OPEN)(open_list)
    bolt.action(view.ADD)(ask)
    bolt.action(view.KIND_CHOSEN)(chosen)
    bolt.view(view.ADD_FORM)(added)
    bolt.action(view.CODE)(ask_code)
    bolt.action(view.AGAIN)(again)
    bolt.view(view.CODE_FORM)(confirmed)
    bolt.action(view.TEST)(test)
    bolt.action(view.CHANGE)(change)
    bolt.view(view.CHANGE_FORM)(changed)
    bolt.action(view.REMOVE)(remove)


def ways_command(asked: Asked) -> str:
    """`/heed ways`; for admins also `/heed ways @person`"""
    target, _ = mention(asked.words)
    if target is None or target == asked.who.slack_id:
        asked.show(view.opened(_lines(asked.house, asked.who)))
        return OPENED
    if asked.who.role is not Role.ADMIN:
        return ONLY_ADMINS
    shown = _of_another(asked.house, asked.who, target)
    if shown is None:
        return "I don't know this person. Choose them from Slack's list."
    asked.show(shown)
    return "Their ways are open in a window."


def open_list(ack: Ack, body: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """Home's button."""
    ack()
    who = actor_of(context, client, body)
    shown = view.told(OUTSIDERS) if who is None else view.opened(_lines(house_of(context), who))
    client.views_open(trigger_id=body["trigger_id"], view=shown)


def ask(ack: Ack, body: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """The form for a new way."""
    ack()
    shown = view.told(OUTSIDERS) if actor_of(context, client, body) is None else view.add_form()
    client.views_push(trigger_id=body["trigger_id"], view=shown)


def chosen(ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """Another service was chosen in the form: its hint; what was typed stays."""
    ack()
    is_ours = actor_of(context, client, body) is not None
    shown = view.add_form(action["selected_option"]["value"]) if is_ours else view.told(OUTSIDERS)
    client.views_update(view_id=body["view"]["id"], view=shown)


def added(ack: Ack, body: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """The form was filled in: the way is kept, sealed, and a code goes there."""
    house, who, entered = house_of(context), actor_of(context, client, body), modals.values(body["view"])
    errors, address, waits = _read(entered, wants_address=True)
    if who is None:
        errors = {view.ADDRESS: OUTSIDERS}
    if errors or who is None or address is None:
        ack(response_action="errors", errors=errors)
        return
    try:
        with house.db.begin() as session:
            way_id = ways.add(
                session,
                who.workspace_id,
                who.person_id,
                address.scheme,
                address.label,
                house.seal.close(address.url),
                *waits,
            )
    except Refused as error:
        ack(response_action="errors", errors={view.ADDRESS: _sentence(error)})
        return
    ack(response_action="update", view=view.code_form(way_id, address.label))
    house.bell.wake("ways")
    _redraw(house, client, body, who)


def ask_code(ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """The form for the code of a way that was added before."""
    _push(ack, body, context, client, int(action["value"]), lambda line: view.code_form(line.id, line.label))


def change(ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """The form for the waits of a way."""
    _push(ack, body, context, client, int(action["value"]), view.change_form)


def confirmed(ack: Ack, body: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """The code was entered."""
    house, who = house_of(context), actor_of(context, client, body)
    if who is None:
        ack(response_action="errors", errors={view.TYPED: OUTSIDERS})
        return
    way_id, typed = view.way_of(body["view"]), modals.values(body["view"])[view.TYPED]
    try:
        with house.db.begin() as session:
            verdict = ways.confirm(session, house.seal, who.workspace_id, who.person_id, way_id, typed)
    except Refused as error:
        ack(response_action="errors", errors={view.TYPED: _sentence(error)})
        return
    if verdict is not Verdict.RIGHT:
        ack(response_action="errors", errors={view.TYPED: NOT_THE_CODE[verdict]})
        return
    _close(ack, house, client, body, who, "Confirmed. Pages go this way from now on.")


def changed(ack: Ack, body: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """Other waits were entered."""
    house, who = house_of(context), actor_of(context, client, body)
    errors, _, waits = _read(modals.values(body["view"]), wants_address=False)
    if who is None:
        errors = {view.IMPORTANT: OUTSIDERS}
    if errors or who is None:
        ack(response_action="errors", errors=errors)
        return
    try:
        with house.db.begin() as session:
            ways.set_waits(session, who.workspace_id, who.person_id, view.way_of(body["view"]), *waits)
    except Refused as error:
        ack(response_action="errors", errors={view.IMPORTANT: _sentence(error)})
        return
    _close(ack, house, client, body, who, "Saved. It counts for pages from now on.")


def again(ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """Another code."""
    _wish(ack, body, action, context, client, ways.ask_code, "Another code is on its way; the newest one counts.")


def test(ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """A test: what came of it is told in a direct message."""
    _wish(ack, body, action, context, client, ways.ask_test, "A test is on its way. I tell you what came of it.")


def remove(ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """Their own way, or for an admin somebody else's."""
    ack()
    house, who = house_of(context), actor_of(context, client, body)
    if who is None:
        client.views_update(view_id=body["view"]["id"], view=view.told(OUTSIDERS))
        return
    try:
        with house.db.begin() as session:
            label = ways.remove(session, house.seal, who.workspace_id, int(action["value"]), by=who.person_id)
        said = f"{label} is removed, and its address forgotten."
    except Refused as error:
        said = _sentence(error)
    other = body["view"].get("private_metadata") or ""
    shown = _of_another(house, who, other, said) if other else view.opened(_lines(house, who), said)
    client.views_update(view_id=body["view"]["id"], view=shown or view.told(said))


def _wish(
    ack: Ack,
    body: dict[str, Any],
    action: dict[str, Any],
    context: BoltContext,
    client: WebClient,
    do: Callable[..., None],
    done: str,
) -> None:
    """Ask for something to be sent, and say so in the list."""
    ack()
    house, who, said = house_of(context), actor_of(context, client, body), done
    if who is None:
        client.views_update(view_id=body["view"]["id"], view=view.told(OUTSIDERS))
        return
    try:
        with house.db.begin() as session:
            do(session, who.workspace_id, who.person_id, int(action["value"]))
    except Refused as error:
        said = _sentence(error)
    else:
        house.bell.wake("ways")
    client.views_update(view_id=body["view"]["id"], view=view.opened(_lines(house, who), said))


def _push(
    ack: Ack,
    body: dict[str, Any],
    context: BoltContext,
    client: WebClient,
    way_id: int,
    form: Callable[[WayLine], Block],
) -> None:
    """A form about one's own way on top of the list."""
    ack()
    house, who = house_of(context), actor_of(context, client, body)
    found = [line for line in _lines(house, who) if line.id == way_id] if who else []
    shown = form(found[0]) if found else view.told("This way is gone.")
    client.views_push(trigger_id=body["trigger_id"], view=shown)


def _close(ack: Ack, house: Context, client: WebClient, body: dict[str, Any], who: Actor, said: str) -> None:
    """Close the form, and draw the list below it anew; a form that stands alone becomes the list."""
    root = body["view"].get("root_view_id")
    shown = view.opened(_lines(house, who), said)
    if root in (None, body["view"]["id"]):
        ack(response_action="update", view=shown)
        return
    ack()
    client.views_update(view_id=root, view=shown)


def _redraw(house: Context, client: WebClient, body: dict[str, Any], who: Actor) -> None:
    """The list below the form."""
    root = body["view"].get("root_view_id")
    if root not in (None, body["view"]["id"]):
        client.views_update(view_id=root, view=view.opened(_lines(house, who)))


def _lines(house: Context, who: Actor) -> list[WayLine]:
    with house.db.begin() as session:
        return ways.lines(session, who.workspace_id, who.person_id)


def _of_another(house: Context, who: Actor, slack_id: str, said: str = "") -> Block | None:
    with house.db.begin() as session:
        someone = people.find(session, who.workspace_id, slack_id)
        if someone is None or who.role is not Role.ADMIN:
            return None
        return view.of_another(slack_id, ways.lines(session, who.workspace_id, someone.id), said)


def _read(
    entered: dict[str, str], wants_address: bool
) -> tuple[dict[str, str], Address | None, tuple[int | None, int | None]]:
    """(errors by field, the address, the waits) of a form."""
    errors, address, waits = dict[str, str](), None, list[int | None]()
    if wants_address:
        try:
            address = read_address(entered[view.ADDRESS], entered[view.KIND])
        except BadAddress as error:
            errors[view.ADDRESS] = _sentence(error)
    for field in (view.IMPORTANT, view.DEFAULT):
        try:
            waits.append(read_wait(entered[field]))
        except BadWait as error:
            errors[field] = _sentence(error)
    important, default = (*waits, None, None)[:2]
    return errors, address, (important, default)


def _sentence(error: Exception) -> str:
    """An error as a sentence; an address at its begin or end stays as it is, to be copied."""
    words = str(error).split(" ")
    if "://" not in words[0]:
        words[0] = words[0][:1].upper() + words[0][1:]
    return " ".join(words) + ("" if "://" in words[-1] else ".")
