"""Grafana Alerting's webhook contact point; see its documentation on the webhook notifier.

    {"version": "1", "status": "firing", "orgId": 1, "title": "[FIRING:1] …", "state": "alerting",
     "alerts": [{"status": "firing", "labels": {"alertname": "High memory usage", "severity": "critical"},
                 "annotations": {"summary": "…", "description": "…"}, "startsAt": "2026-11-21T23:59:26+01:00",
                 "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "https://grafana…/edit", "panelURL": "",
                 "dashboardURL": "", "fingerprint": "c6eadffa33fcdf37", "values": {"B": 44.2}}]}

It is Alertmanager's with more links. A rule without data sends `alertname: DatasourceNoData` and its own name in
`rulename`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.sources import alertmanager
from bot.sources.reading import TITLE_LENGTH, items, link, mapping
from models.signal import Signal

NAME = "Grafana"
SNIPPET = """\
apiVersion: 1
contactPoints:
  - orgId: 1
    name: heed
    receivers:
      - uid: heed
        type: webhook
        settings:
          url: {address}
          httpMethod: POST
"""
SIGNED_BY = "X-Grafana-Alerting-Signature"


def parse(payload: Any) -> list[Signal]:
    """One signal for each alert of the group; raises Unreadable."""
    body = mapping(payload, "body")
    found = [_signal(each, f"alerts[{index}]") for index, each in enumerate(items(body.get("alerts"), "alerts"))]
    return found + alertmanager.left_out(body)


def _signal(raw: Any, field: str) -> Signal:
    read = alertmanager.signal(raw, field)
    return replace(read, title=_title(read), link=_link(mapping(raw, field)) or read.link)


def _title(read: Signal) -> str:
    rule, name = read.labels.get("rulename", ""), read.labels.get("alertname", "")
    return f"{rule}: {name}"[:TITLE_LENGTH] if rule and name == read.title else read.title


def _link(alert: Mapping[str, Any]) -> str:
    """The graph says more than the rule's form."""
    return link(alert.get("panelURL")) or link(alert.get("dashboardURL"))
