"""Brings workspaces and people in from Slack."""

import http.client
from dataclasses import replace
from datetime import timedelta

import structlog
from slack_sdk.errors import SlackApiError

from bot.context import Context
from bot.scopes import missing
from jobs.context import current
from models.actions import checking, configuring, installing, people, workspaces
from models.actions.journal import note
from models.db import now_of
from models.seal import SealBroken
from models.tables import Workspace

log = structlog.get_logger()


RECENT = timedelta(minutes=10)


def run() -> None:
    sync(current(), RECENT)


def sync(context: Context, recent: timedelta = timedelta(0)) -> None:
    """Connect the workspace of the configured token, then import everybody of every workspace.

    What was imported a moment ago (`recent`) is left out: an installation rings for itself, not for all the others.
    """
    token = context.settings.slack_bot_token.get_secret_value()
    if token:
        connect(context, token)
    with context.db.begin() as session:
        since = now_of(session) - recent
        known = [
            (workspace.id, workspace.token)
            for workspace in workspaces.active(session)
            if not recent or workspace.synced_at is None or workspace.synced_at < since
        ]
    for workspace_id, sealed in known:
        try:
            _import(context, workspace_id, context.seal.open(sealed))
        except (SlackApiError, SealBroken, OSError, http.client.HTTPException) as error:
            log.warning("people could not be imported", workspace=workspace_id, error=type(error).__name__)


def connect(context: Context, token: str) -> int | None:
    """Install the workspace that `token` belongs to; None when Slack does not say which."""
    try:
        found = context.slack.whoami(token)
    except (SlackApiError, OSError, http.client.HTTPException) as error:
        log.warning("Slack could not be asked who we are", error=type(error).__name__)
        return None
    with context.db.begin() as session:
        return workspaces.install(session, context.seal, found, token).id


def _import(context: Context, workspace_id: int, token: str) -> None:
    with context.db.begin() as session:
        ours = workspaces.ours(session.get_one(Workspace, workspace_id))
    profiles = list(context.slack.people(token, ours))
    with context.db.begin() as session:
        people.import_people(session, workspace_id, profiles)
        if not people.admins(session, workspace_id):
            note(session, workspace_id, "no_admins", now_of(session), high=True)
        people.mark_synced(session, workspace_id)
        scopes = session.get_one(Workspace, workspace_id).scopes
        told = installing.tell_missing(session, workspace_id, missing(scopes.split(",")) if scopes else [])
    if told:
        context.bell.wake("notify")
    log.info("people imported", workspace=workspace_id, count=len(profiles))
    _import_groups(context, workspace_id, token)
    _import_quiet_hours(context, workspace_id, token)


def _import_groups(context: Context, workspace_id: int, token: str) -> None:
    """Who is in the user groups that are paged; a group that Slack does not tell of keeps the members it had."""
    with context.db.begin() as session:
        known = configuring.groups(session, workspace_id)
    try:
        listed = {each.id: each for each in context.slack.groups(token)} if known else {}
        members = {each.slack_id: tuple(context.slack.group_members(token, each.slack_id)) for each in known}
    except SlackApiError as error:
        log.warning("user groups are not known", workspace=workspace_id, error=error.response["error"])
        return
    with context.db.begin() as session:
        for each in known:
            name = listed[each.slack_id].handle if each.slack_id in listed else each.name
            configuring.put_group(session, workspace_id, replace(each, name=name, members=members[each.slack_id]))


def _import_quiet_hours(context: Context, workspace_id: int, token: str) -> None:
    """When those who may be paged are not disturbed; without the scope nobody's hours are known."""
    with context.db.begin() as session:
        named = [person.slack_id for person in checking.on_duty(session, workspace_id) if not person.is_channel]
    try:
        hours = context.slack.quiet_hours(token, named)
    except SlackApiError as error:
        log.warning("hours of Do Not Disturb are not known", workspace=workspace_id, error=error.response["error"])
        return
    with context.db.begin() as session:
        people.set_quiet_hours(session, workspace_id, hours)
