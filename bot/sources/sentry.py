"""Sentry's integration platform: issue alerts, metric alerts, and issues that are resolved or archived there.

    {"action": "triggered", "data": {"event": {"issue_id": "1117540176", "title": "ReferenceError: …", "level": "error",
     "datetime": "2026-11-21T23:59:26.919000Z", "web_url": "https://sentry.io/…", "tags": [["browser", "Chrome"]]},
     "triggered_rule": "Errors in checkout"}}

    {"action": "critical", "data": {"description_title": "Critical: Too many errors", "description_text": "…",
     "metric_alert": {"id": "4", "date_started": "…", "alert_rule": {"name": "Too many errors"}}, "web_url": "…"}}

    {"action": "resolved", "data": {"issue": {"id": "1117540176", "title": "…", "level": "error"}}}

An issue opens by an alert rule and closes by what is done with it in Sentry. That it was created, assigned or has
come back opens nothing: which issues are worth a page is the rule's business. What else Sentry sends is let pass.
"""

import re
from collections.abc import Mapping
from typing import Any

from bot.sources.reading import (
    KEY_LENGTH,
    LABEL_LENGTH,
    TITLE_LENGTH,
    Unreadable,
    labels,
    link,
    mapping,
    moment,
    prose,
    severity,
    words,
)
from models.signal import Signal
from models.words import Severity

NAME = "Sentry"
SNIPPET = """\
Settings > Developer Settings > Create New Integration > Internal Integration
Name:               Heed
Webhook URL:        {address}
Alert Rule Action:  on
Permissions:        Issue & Event: Read
Webhooks:           issue
Then, in each alert rule: Send a notification via Heed
"""
SIGNED_BY = "Sentry-Hook-Signature"
SEVERITIES = {
    "fatal": Severity.CRITICAL,
    "critical": Severity.CRITICAL,
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "info": Severity.LOW,
    "debug": Severity.LOW,
}
"""An event's level, or a metric alert's action."""
CLOSED = {"resolved", "archived", "ignored"}
PRIVATE_TAGS = {"user"}


def parse(payload: Any) -> list[Signal]:
    """One signal, or none when nothing has begun or ended; raises Unreadable."""
    body = mapping(payload, "body")
    action = words(body.get("action"), "action", LABEL_LENGTH)
    data = mapping(body.get("data"), "data")
    if "metric_alert" in data:
        return [_metric(data, action)]
    if "event" in data:
        return [_event(data)]
    if "issue" in data and (action == "triggered" or action in CLOSED):
        return [_issue(mapping(data["issue"], "data.issue"), action)]
    return []


def _event(data: Mapping[str, Any]) -> Signal:
    event = mapping(data["event"], "data.event")
    rule = words(data.get("triggered_rule"), "data.triggered_rule", LABEL_LENGTH, "")
    return Signal(
        key=f"issue:{words(event.get('issue_id'), 'data.event.issue_id', KEY_LENGTH)}",
        firing=True,
        title=words(event.get("title"), "data.event.title", TITLE_LENGTH),
        severity=severity(event.get("level"), table=SEVERITIES),
        details=prose(event.get("culprit"), "data.event.culprit"),
        link=link(event.get("web_url")),
        labels=labels({"rule": rule, "project": _project(event.get("url"))}, "data.event", _tags(event.get("tags"))),
        started_at=moment(event.get("datetime"), "data.event.datetime"),
    )


def _tags(value: Any) -> dict[str, Any]:
    """Tags are a list of pairs. Who was hit is left out: an alert goes to many."""
    pairs = [each for each in value if isinstance(each, list) and len(each) == 2] if isinstance(value, list) else []
    return {name: tag for name, tag in pairs if isinstance(name, str) and name not in PRIVATE_TAGS}


def _project(url: Any) -> str:
    """The project's slug, which only the address of the event tells."""
    found = re.search(r"/projects/[^/\s]+/([^/\s]+)/events/", url) if isinstance(url, str) else None
    return found.group(1) if found else ""


def _issue(issue: Mapping[str, Any], action: str) -> Signal:
    """Without a time: an issue tells when it was first seen, not when it was resolved."""
    project = mapping(issue.get("project") or {}, "data.issue.project")
    return Signal(
        key=f"issue:{words(issue.get('id'), 'data.issue.id', KEY_LENGTH)}",
        firing=action not in CLOSED,
        title=words(issue.get("title"), "data.issue.title", TITLE_LENGTH),
        severity=severity(issue.get("level"), table=SEVERITIES),
        details=prose(issue.get("culprit"), "data.issue.culprit"),
        link=link(issue.get("web_url")) or link(issue.get("permalink")),
        labels=labels({"project": project.get("slug"), "issue": issue.get("shortId")}, "data.issue"),
    )


def _metric(data: Mapping[str, Any], action: str) -> Signal:
    if action not in ("critical", "warning", "resolved"):
        raise Unreadable("action: must be critical, warning or resolved")
    incident = mapping(data["metric_alert"], "data.metric_alert")
    rule = mapping(incident.get("alert_rule") or {}, "data.metric_alert.alert_rule")
    projects = incident.get("projects")
    named = ", ".join(each for each in projects if isinstance(each, str)) if isinstance(projects, list) else ""
    return Signal(
        key=f"metric:{words(incident.get('id'), 'data.metric_alert.id', KEY_LENGTH)}",
        firing=action != "resolved",
        title=words(data.get("description_title"), "data.description_title", TITLE_LENGTH),
        severity=severity(action, table=SEVERITIES),
        details=prose(data.get("description_text"), "data.description_text"),
        link=link(data.get("web_url")),
        labels=labels({"rule": rule.get("name"), "environment": rule.get("environment"), "project": named}, "data"),
        started_at=moment(incident.get("date_started"), "data.metric_alert.date_started"),
    )
