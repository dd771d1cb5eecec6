"""Zabbix's media type Webhook. The payload is ours, made by the script of SNIPPET from Zabbix's macros.

    {"event": "1738", "value": "1", "update": "0", "severity": "5", "name": "Disk is full on db1", "host": "db1",
     "trigger": "23519", "details": "/var: 99 %", "tags": "[{\\"tag\\": \\"team\\", \\"value\\": \\"dba\\"}]",
     "time": "1795305566", "link": "https://zabbix.example/tr_events.php?triggerid=23519&eventid=1738"}

A recovery comes with the id and the time of the event that it ends. A Zabbix that does not know the macro for the time
leaves it as it stands; the start is then unknown.
"""

import re
from collections.abc import Mapping
from typing import Any

from bot.sources.reading import (
    KEY_LENGTH,
    TITLE_LENGTH,
    Unreadable,
    epoch,
    labels,
    link,
    mapping,
    parsed,
    prose,
    severity,
    words,
)
from models.signal import Signal
from models.words import Severity

NAME = "Zabbix"
SNIPPET = """\
zabbix_export:
  version: '6.0'
  media_types:
    - name: Heed
      type: WEBHOOK
      parameters:
        - {name: address, value: '{address}'}
        - {name: event, value: '{EVENT.ID}'}
        - {name: value, value: '{EVENT.VALUE}'}
        - {name: severity, value: '{EVENT.NSEVERITY}'}
        - {name: name, value: '{EVENT.NAME}'}
        - {name: host, value: '{HOST.NAME}'}
        - {name: trigger, value: '{TRIGGER.ID}'}
        - {name: details, value: '{EVENT.OPDATA}'}
        - {name: tags, value: '{EVENT.TAGSJSON}'}
        - {name: time, value: '{EVENT.TIMESTAMP}'}
        - {name: link, value: '{$ZABBIX.URL}/tr_events.php?triggerid={TRIGGER.ID}&eventid={EVENT.ID}'}
      script: |
        var params = JSON.parse(value), address = params.address, request = new HttpRequest();
        delete params.address;
        request.addHeader('Content-Type: application/json');
        var answer = request.post(address, JSON.stringify(params));
        if (request.getStatus() < 200 || request.getStatus() > 299) {
          throw 'Heed answered ' + request.getStatus() + ': ' + answer;
        }
        return 'OK';
      message_templates:
        - {event_source: TRIGGERS, operation_mode: PROBLEM, subject: '{EVENT.NAME}', message: '{EVENT.NAME}'}
        - {event_source: TRIGGERS, operation_mode: RECOVERY, subject: '{EVENT.NAME}', message: '{EVENT.NAME}'}
        - {event_source: TRIGGERS, operation_mode: UPDATE, subject: '{EVENT.NAME}', message: '{EVENT.NAME}'}
"""
SEVERITIES = {
    **dict.fromkeys(("5", "disaster"), Severity.CRITICAL),
    **dict.fromkeys(("4", "high"), Severity.HIGH),
    **dict.fromkeys(("3", "average"), Severity.MEDIUM),
    **dict.fromkeys(("2", "warning"), Severity.MEDIUM),
    **dict.fromkeys(("1", "information"), Severity.LOW),
    **dict.fromkeys(("0", "not classified"), Severity.LOW),
}


def parse(payload: Any) -> list[Signal]:
    """The signal of one event; raises Unreadable."""
    body = {key: _known(value) for key, value in mapping(payload, "body").items()}
    value = words(body.get("value"), "value", KEY_LENGTH)
    if value not in ("0", "1"):
        raise Unreadable("value: must be 1 (problem) or 0 (recovery), from {EVENT.VALUE} of a trigger")
    return [
        Signal(
            key=f"event:{words(body.get('event'), 'event', KEY_LENGTH)}",
            firing=value == "1",
            title=words(body.get("name"), "name", TITLE_LENGTH),
            severity=severity(body.get("severity"), table=SEVERITIES),
            details=prose(body.get("details"), "details"),
            link=link(body.get("link")),
            labels=_labels(body),
            started_at=epoch(body.get("time")),
        )
    ]


def _known(value: Any) -> Any:
    """Nothing for a macro that Zabbix could not resolve."""
    return None if isinstance(value, str) and re.fullmatch(r"\{[A-Z.]+\}|\*UNKNOWN\*", value) else value


def _labels(body: Mapping[str, Any]) -> dict[str, str]:
    return labels({"host": body.get("host"), "trigger": body.get("trigger")}, "tags", _tags(body.get("tags")))


def _tags(value: Any) -> dict[str, Any]:
    """A list of tags with their values, as JSON or as text that holds JSON."""
    tags = value if isinstance(value, list) else parsed(value)
    found = [each for each in tags if isinstance(each, Mapping)] if isinstance(tags, list) else []
    named = [(each["tag"], each.get("value")) for each in found if isinstance(each.get("tag"), str)]
    return {name: tag or name for name, tag in named}
