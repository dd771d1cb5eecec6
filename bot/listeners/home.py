"""App Home: published when it is opened, filtered, paged, and after an answer given in it."""

from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot.listeners.acting import Actor, actor, actor_of, house_of
from bot.views.home import (
    ALL,
    FILTER_SEVERITY,
    FILTER_STATUS,
    NEWER,
    OLDER,
    HomeData,
    home,
    load_filter,
    not_for_guests,
)
from bot.views.home import dump_filter as dump
from models.actions import checking, oncall, reading
from models.card import Filter
from models.db import now_of
from models.words import Role, Severity, Status


def register(bolt: App) -> None:
    bolt.event("app_home_opened")(opened)
    bolt.action(FILTER_STATUS)(filter_status)
    bolt.action(FILTER_SEVERITY)(filter_severity)
    bolt.action(NEWER)(turn)
    bolt.action(OLDER)(turn)


def opened(event: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """Home was opened: draw it as the person left it."""
    if event.get("tab") != "home":
        return
    who = actor(context, client, event["user"])
    if who is None:
        client.views_publish(user_id=event["user"], view=not_for_guests())
    else:
        publish(context, client, who, (event.get("view") or {}).get("private_metadata") or "")


def publish(context: BoltContext, client: WebClient, who: Actor, stored_filter: str) -> None:
    """Draw somebody's Home; admins and responders see every alert, others what concerns them."""
    sees_all = who.role in (Role.ADMIN, Role.RESPONDER)
    stored = load_filter(stored_filter)
    wanted = stored if sees_all else Filter(page=stored.page)
    with house_of(context).db.begin() as session:
        data = HomeData(
            listing=reading.listing(session, who.workspace_id, wanted, None if sees_all else who.person_id),
            wanted=wanted,
            on_call=oncall.on_call(session, who.workspace_id),
            now=now_of(session),
            stats=reading.stats(session, who.workspace_id) if sees_all else None,
            findings=checking.stored(session, who.workspace_id) if who.role is Role.ADMIN else (),
            is_admin=who.role is Role.ADMIN,
        )
    client.views_publish(user_id=who.slack_id, view=home(data))


def filter_status(
    ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient
) -> None:
    ack()
    chosen = action["selected_option"]["value"]
    wanted = load_filter(body["view"]["private_metadata"])
    status = None if chosen == ALL else Status(chosen)
    _show(body, context, client, Filter(status=status, severity=wanted.severity))


def filter_severity(
    ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient
) -> None:
    ack()
    chosen = action["selected_option"]["value"]
    wanted = load_filter(body["view"]["private_metadata"])
    severity = None if chosen == ALL else Severity.parse(chosen)
    _show(body, context, client, Filter(status=wanted.status, severity=severity))


def turn(ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """Another page of the list."""
    ack()
    wanted = load_filter(body["view"]["private_metadata"])
    _show(body, context, client, Filter(wanted.status, wanted.severity, page=max(0, int(action["value"]))))


def _show(body: dict[str, Any], context: BoltContext, client: WebClient, wanted: Filter) -> None:
    who = actor_of(context, client, body)
    if who is None:
        client.views_publish(user_id=body["user"]["id"], view=not_for_guests())
    else:
        publish(context, client, who, dump(wanted))
