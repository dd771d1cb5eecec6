"""Sources: `/heed source`, the form behind Home's *Add a source*, test signals and new secrets."""

from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot.context import Context
from bot.listeners.acting import OUTSIDERS, Actor, actor_of, house_of
from bot.listeners.asking import Asked
from bot.sources import tools
from bot.sources.kinds import Kind, addable, kinds
from bot.views import modals
from bot.views import sources as view
from bot.views.parts import Block, Rendered
from models.actions import incoming, sources, trying
from models.actions.sources import SourceRef
from models.db import now_of
from models.words import Role


def register(bolt: App) -> None:
    bolt.action(view.ADD)(ask)
    bolt.view(view.FORM)(submitted)
    bolt.action(view.TEST)(test)
    bolt.action(view.ROTATE)(rotate)


def source(asked: Asked) -> str | Rendered:
    """`/heed source`, `/heed source prod`"""
    house, who = asked.house, asked.who
    try:
        with house.db.begin() as session:
            if not asked.words:
                lines = incoming.listing(session, who.workspace_id, who.person_id)
                return view.listing(lines, _names(kinds()), now_of(session))
            sources.check_admin(session, who.workspace_id, who.person_id, also=(Role.RESPONDER,))
            found = sources.named(session, who.workspace_id, asked.words)
            if len(found) != 1:
                return view.which([(each.kind, each.name) for each in found], asked.words)
            details = incoming.details(session, who.workspace_id, found[0].id, who.person_id)
            now = now_of(session)
    except sources.NotAllowed:
        return view.ONLY_RESPONDERS
    if details is None:
        return view.GONE
    kind = kinds()[details.line.kind]
    address = kind.address(house.settings.base_url) if kind.path else ""
    return view.details(details, kind.name, address, now, who.role is Role.ADMIN, kind.kind in addable())


def ask(ack: Ack, body: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """Home's button: the form, for admins."""
    ack()
    who = actor_of(context, client, body)
    allowed = who is not None and who.role is Role.ADMIN
    shown = view.form(_names(addable()), "alertmanager") if allowed else view.told(view.ONLY_ADMINS)
    client.views_open(trigger_id=body["trigger_id"], view=shown)


def submitted(ack: Ack, body: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """The form was filled in: add the source, and show its address in the same window."""
    entered, who = modals.values(body["view"]), actor_of(context, client, body)
    if who is None:
        ack(response_action="errors", errors={view.NAME: OUTSIDERS})
        return
    house, kind = house_of(context), addable().get(entered[view.KIND])
    if kind is None:
        ack(response_action="errors", errors={view.KIND: "There is no such tool."})
        return
    try:
        with house.db.begin() as session:
            made, secret = sources.add(session, who.workspace_id, kind.kind, entered[view.NAME], by=who.person_id)
    except sources.NotAllowed:
        ack(response_action="errors", errors={view.NAME: "Only admins may add a source."})
    except sources.AlreadyThere:
        ack(response_action="errors", errors={view.NAME: "There is one of this name already; choose another."})
    except ValueError as error:
        ack(response_action="errors", errors={view.NAME: str(error)})
    else:
        ack(response_action="update", view=view.made(_address(house, kind, made, secret)))


def test(ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """The tool's own sample goes the whole way, and pages only whoever has pressed."""
    ack()
    who = actor_of(context, client, body)
    _show(client, body, view.told(OUTSIDERS if who is None else _test(house_of(context), who, int(action["value"]))))


def _test(house: Context, who: Actor, source_id: int) -> str:
    with house.db.begin() as session:
        found = sources.get(session, who.workspace_id, source_id)
        if found is None:
            return view.GONE
        sample = tools().get(found.kind, tools()["generic"]).sample()
        try:
            tried = trying.send_test(session, found, sample, who.person_id, by=who.person_id)
        except sources.NotAllowed:
            return view.ONLY_RESPONDERS
    house.bell.wake("escalate")
    return view.tested(tried.alert_id, tried.policy, tried.routes) if tried is not None else view.JOINED


def rotate(ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """A new secret; the present one is taken for another day."""
    ack()
    who = actor_of(context, client, body)
    shown = view.told(OUTSIDERS) if who is None else _rotate(house_of(context), who, int(action["value"]))
    _show(client, body, shown)


def _rotate(house: Context, who: Actor, source_id: int) -> Block:
    try:
        with house.db.begin() as session:
            secret, until = sources.rotate(session, who.workspace_id, source_id, by=who.person_id)
            found = sources.get(session, who.workspace_id, source_id)
    except sources.NotAllowed:
        return view.told(view.ONLY_ADMINS)
    except LookupError:
        return view.told(view.GONE)
    assert found is not None, "it was locked a moment ago"
    return view.made(_address(house, kinds()[found.kind], found, secret, until))


def _address(house: Context, kind: Kind, made: SourceRef, secret: str, until: Any = None) -> view.Address:
    base = house.settings.base_url
    return view.Address(
        source_id=made.id,
        tool=kind.name,
        name=made.name,
        address=kind.address(base, secret),
        snippet=kind.configuration(base, secret),
        key=secret if kind.has_key else "",
        until=until,
    )


def _show(client: WebClient, body: dict[str, Any], shown: Block) -> None:
    """A window; on top of the one in which the button was pressed, if it was one."""
    in_modal = (body.get("view") or {}).get("type") == "modal"
    (client.views_push if in_modal else client.views_open)(trigger_id=body["trigger_id"], view=shown)


def _names(found: dict[str, Kind]) -> dict[str, str]:
    return {kind: each.name for kind, each in found.items()}
