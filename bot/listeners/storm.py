"""The button below a storm: one answer for all of its alerts that this person may answer."""

from typing import Any

from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient

from bot.listeners.acting import OUTSIDERS, actor_of, house_of
from bot.listeners.alert import draw_in_place
from bot.views import storm as view
from models.actions import storms


def register(bolt: App) -> None:
    bolt.action(view.ACKNOWLEDGE_ALL)(acknowledge_all)


def acknowledge_all(ack: Ack, body: dict[str, Any], context: BoltContext, client: WebClient, respond: Respond) -> None:
    """Acknowledged in small steps, so that nobody waits for rows; the storm's posts are drawn anew."""
    ack()
    who, house = actor_of(context, client, body), house_of(context)
    if who is None:
        respond(OUTSIDERS, response_type="ephemeral", replace_original=False)
        return
    storm_id = int(body["actions"][0]["value"])
    with house.db.begin() as session:
        may = storms.may_answer_some(session, who.workspace_id, storm_id, who.person_id)
    if not may:
        respond(view.not_yours(), response_type="ephemeral", replace_original=False)
        return
    count = 0
    while True:
        with house.db.begin() as session:
            some = storms.acknowledge_some(session, who.workspace_id, storm_id, who.person_id)
        count += some
        if not some:
            break
    house.bell.wake("redraw")
    house.bell.wake("escalate")  # what an acknowledged alert waits for is armed
    draw_in_place(context, who, body, respond, client)
    respond(view.acknowledged(count), response_type="ephemeral", replace_original=False)
