"""One request for every route, with the secrets of one workspace and the ids of any."""

from collections.abc import Callable
from typing import Any

from tests.security.scene import Scene

Build = Callable[[Scene, Scene], tuple[str, dict[str, Any]]]


def _plain(address: str, **given: Any) -> Build:
    return lambda here, ids: (address, given)


def _api(address: str, **given: Any) -> Build:
    """With the token of an admin."""
    return lambda here, ids: (
        address.format(**ids.alerts),
        {**given, "headers": {"Authorization": f"Bearer {here.secrets['U0ADMIN']}"}},
    )


def _genie(address: str, **given: Any) -> Build:
    """With the key of a source that speaks Opsgenie's API."""
    return lambda here, ids: (
        address.format(**ids.alerts),
        {**given, "headers": {"Authorization": f"GenieKey {here.secrets['genie']}"}},
    )


def _events(here: Scene, ids: Scene) -> tuple[str, dict[str, Any]]:
    payload = {"summary": "Disk", "source": "prod", "severity": "critical"}
    body = {"routing_key": here.secrets["events"], "event_action": "trigger", "dedup_key": "open", "payload": payload}
    return "/v2/enqueue", {"json": body}


OPERATOR = {"Authorization": "Bearer mark-operations-token"}
ROUTES: list[tuple[str, Build]] = [
    ("POST /slack/events", _plain("/slack/events", data=b"{}")),
    ("GET /calendars/<secret>.ics", lambda here, ids: (f"/calendars/{here.secrets['calendar']}.ics", {})),
    ("GET /healthz", _plain("/healthz")),
    ("GET /readyz", _plain("/readyz", headers=OPERATOR)),
    ("GET /metrics", _plain("/metrics", headers=OPERATOR)),
    (
        "POST /alerts/<kind>/<secret>",
        lambda here, ids: (f"/alerts/generic/{here.secrets['source']}", {"json": {"title": "Disk", "key": "open"}}),
    ),
    ("POST /v2/enqueue", _events),
    ("POST /v2/alerts", _genie("/v2/alerts", json={"message": "Disk", "alias": "open"})),
    ("POST /v2/alerts/<path:identifier>/close", _genie("/v2/alerts/{open}/close?identifierType=tiny", json={})),
    ("POST /v2/alerts/<path:identifier>/acknowledge", _genie("/v2/alerts/{open}/acknowledge", json={})),
    ("POST /v2/alerts/<path:identifier>/notes", _genie("/v2/alerts/{open}/notes", json={"note": "a note"})),
    ("GET /v2/alerts/requests/<request_id>", _genie("/v2/alerts/requests/{open}")),
    ("GET /v2/alerts/<path:identifier>", _genie("/v2/alerts/{open}?identifierType=tiny")),
    ("GET /v2/alerts", _genie("/v2/alerts")),
    ("GET /v2/alerts/count", _genie("/v2/alerts/count")),
    *((f"{method} /v2/heartbeats/<name>/ping", _genie("/v2/heartbeats/nightly/ping"))
      for method in ("GET", "POST", "PUT", "PATCH")),
    ("GET /api/openapi.json", _plain("/api/openapi.json")),
    ("GET /api/alerts", _api("/api/alerts")),
    ("GET /api/alerts/<alert_id>", _api("/api/alerts/{open}")),
    ("PATCH /api/alerts/<alert_id>", _api("/api/alerts/{open}", json={"status": "acknowledged"})),
    *((f"{method} /heartbeats/<secret>", lambda here, ids: (f"/heartbeats/{here.secrets['heartbeat']}", {}))
      for method in ("GET", "POST")),
    *((f"{method} /a/<token>", lambda here, ids: (here.secrets["link U0ADMIN"], {})) for method in ("GET", "POST")),
    ("GET /slack/install", _plain("/slack/install")),
    ("GET /slack/oauth_redirect", _plain("/slack/oauth_redirect?code=1&state=2")),
]  # fmt: skip
