"""Every kind of source there is: the tools of this folder, and what speaks another protocol or is no tool at all.

A kind knows where its senders send to, and what is pasted into them. Those of ADDABLE are made by `source add` and in
Home; the others have commands of their own.
"""

from dataclasses import dataclass

from bot.sources import tools

PAGERDUTY, OPSGENIE, HEARTBEAT, CHANNEL = "pagerduty", "opsgenie", "heartbeat", "channel"
MASKED = "••••••••"


@dataclass(frozen=True)
class Kind:
    """`path` is where its senders send to, below our base address; `{secret}` stands for the secret.

    In the snippet `{address}` stands for the whole address, `{base}` for ours, and `{secret}` for the secret where it
    is not part of the address.
    """

    kind: str
    name: str
    path: str
    snippet: str
    has_key: bool = False

    def address(self, base_url: str, secret: str = MASKED) -> str:
        """Where senders send to; without a secret, as it can be shown to anybody."""
        return f"{base_url}{self.path.replace('{secret}', secret)}"

    def configuration(self, base_url: str, secret: str) -> str:
        """What is to be pasted into the sender, as one text."""
        filled = self.snippet.replace("{address}", self.address(base_url, secret)).replace("{base}", base_url)
        return filled.replace("{secret}", secret) if self.has_key else filled


OTHERS = {
    PAGERDUTY: Kind(
        PAGERDUTY,
        "PagerDuty (Events API v2)",
        "/v2/enqueue",
        """\
# Alertmanager
receivers:
  - name: heed
    pagerduty_configs:
      - url: {address}
        routing_key: {secret}
        send_resolved: true

# Any other tool that speaks the Events API v2
Events API URL:               {address}
Integration or routing key:   {secret}
""",
        has_key=True,
    ),
    OPSGENIE: Kind(
        OPSGENIE,
        "Opsgenie (Alert API)",
        "/v2/alerts",
        """\
# Alertmanager
receivers:
  - name: heed
    opsgenie_configs:
      - api_url: {base}/
        api_key: {secret}
        send_resolved: true

# Any other tool that speaks the Alert API
API URL:                 {address}
Authorization header:    GenieKey {secret}
""",
        has_key=True,
    ),
    HEARTBEAT: Kind(HEARTBEAT, "Heartbeat", "/heartbeats/{secret}", "curl -fsS -m 10 --retry 3 {address}\n"),
    CHANNEL: Kind(CHANNEL, "Watched channel", "", ""),
}


def kinds() -> dict[str, Kind]:
    """Every kind by its name: tools first, then the others."""
    found = {kind: Kind(kind, tool.name, f"/alerts/{kind}/{{secret}}", tool.snippet) for kind, tool in tools().items()}
    return {**found, **OTHERS}


def addable() -> dict[str, Kind]:
    """The kinds that need no more than a name."""
    return {kind: each for kind, each in kinds().items() if kind not in (HEARTBEAT, CHANNEL)}
