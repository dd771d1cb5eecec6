"""Files that must be refused: the text below `version: 1`, what is told of it, and whether the schema can know."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WrongText:
    """`told` is all that is told, a line each; `by_schema` is False for what only the workspace can know."""

    text: str
    told: tuple[str, ...]
    by_schema: bool


DEFAULT = """\
policies:
  - name: Everybody
    default: true
    levels: [{targets: [admins]}]
"""
OF_SOURCES = "kind, name, allowed_from, expressions, stale_after, every, grace, severity"
LEVELS = """\
policies:
  - name: Everybody
    default: true
    levels:
"""
TARGETS = f"""{LEVELS}      - timeout: 5m
        targets:
"""
SCHEDULE = """\
schedules:
  - name: Nights
    layers:
      - name: Week
        people: [alice, bob]
        every: 1
        unit: weeks
        weekday: monday
        handoff: 09:00
        zone: Europe/Berlin
        start: 2026-11-23
"""
SILENCE = """\
silences:
  - name: Move
    matchers: team="search"
    starts_at: 2026-12-05T08:00+01:00
    ends_at: 2026-12-05T20:00+01:00
"""


def _wrong(text: str, *told: str, by_schema: bool = True) -> WrongText:
    return WrongText(text, told, by_schema)


FILES = {
    "an unknown section": _wrong("polices: []\n", "2: polices: is not a field here; did you mean policies?"),
    "a section without a value": _wrong("routes:\n", "2: routes: must be a list; [] stands for none"),
    "a section that is no list": _wrong("routes: all\n", "2: routes: must be a list; [] stands for none"),
    "an item that is no object": _wrong(
        "sources:\n  - generic\n", f"3: sources[0]: must be an object with {OF_SOURCES}"
    ),
    "no default policy": _wrong(
        DEFAULT.replace("    default: true\n", ""), "2: policies: one of them needs default: true"
    ),
    "no policy at all": _wrong("policies: []\n", "2: policies: one of them needs default: true"),
    "two default policies": _wrong(
        f"{DEFAULT}  - name: Other\n    default: true\n    levels: [{{targets: [admins]}}]\n",
        "7: policies[1].default: policies[0] is the default one already",
    ),
    "one name twice": _wrong(
        f"{DEFAULT}  - name: Everybody\n    levels: [{{targets: [admins]}}]\n",
        '6: policies[1].name: "Everybody" stands in policies[0] already',
        by_schema=False,
    ),
    "a policy without a name": _wrong(
        "policies:\n  - default: true\n    levels: [{targets: [admins]}]\n", "3: policies[0].name: is missing"
    ),
    "a default that is no yes or no": _wrong(
        DEFAULT.replace("true", "yes"), '4: policies[0].default: must be true or false, not "yes"'
    ),
    "too many laps": _wrong(
        f"{DEFAULT}    laps: 21\n", "6: policies[0].laps: must be a whole number from 1 to 20, not 21"
    ),
    "laps in quotes": _wrong(
        f'{DEFAULT}    laps: "2"\n', '6: policies[0].laps: must be a whole number from 1 to 20, not "2"'
    ),
    "no levels": _wrong(f"{LEVELS}      []\n", "5: policies[0].levels: needs at least 1"),
    "missing levels": _wrong(
        "policies:\n  - name: A\n    default: true\n", "3: policies[0].levels: is missing"
    ),
    "too many levels": _wrong(
        LEVELS + "      - targets: [admins]\n" * 21, "5: policies[0].levels: may have 20 at most, not 21"
    ),
    "a level without targets": _wrong(
        f"{LEVELS}      - timeout: 5m\n", "6: policies[0].levels[0].targets: is missing"
    ),
    "a field that a level does not have": _wrong(
        f"{LEVELS}      - targets: [admins]\n        time_out: 5m\n",
        "7: policies[0].levels[0].time_out: is not a field here; did you mean timeout?",
    ),
    "a timeout without a unit": _wrong(
        f"{LEVELS}      - targets: [admins]\n        timeout: 300\n",
        '7: policies[0].levels[0].timeout: must be a duration such as 30s, 5m, 2h or 1d, not "300"',
    ),
    "a timeout that is too short": _wrong(
        f"{LEVELS}      - targets: [admins]\n        timeout: 4s\n",
        "7: policies[0].levels[0].timeout: must be from 5s to 30d, not 4s",
        by_schema=False,
    ),
    "an acknowledge timeout that is too long": _wrong(
        f"{DEFAULT}    acknowledge_timeout: 31d\n",
        "6: policies[0].acknowledge_timeout: must be from 5s to 30d, not 31d",
        by_schema=False,
    ),
    "targets that are no list": _wrong(
        f"{LEVELS}      - targets: admins\n", "6: policies[0].levels[0].targets: must be a list"
    ),
    "a word that is no target": _wrong(
        f"{TARGETS}          - admin\n",
        '8: policies[0].levels[0].targets[0]: must be admins or owner, not "admin"; did you mean admins?',
    ),
    "a target of an unknown kind": _wrong(
        f"{TARGETS}          - persn: alice\n",
        "8: policies[0].levels[0].targets[0].persn: is not a field here; did you mean person?",
    ),
    "a target that is two": _wrong(
        f"{TARGETS}          - person: alice\n            schedule: Payments\n",
        "8: policies[0].levels[0].targets[0]: must be admins, owner, or an object with one of person, schedule, group, "
        "channel, round_robin",
    ),
    "nobody of this name": _wrong(
        f"{TARGETS}          - admins\n          - person: alcie\n",
        '9: policies[0].levels[0].targets[1].person: there is nobody called "alcie"; did you mean alice?',
        by_schema=False,
    ),
    "two of this name": _wrong(
        f"{TARGETS}          - person: sam\n",
        '8: policies[0].levels[0].targets[0].person: 2 people are called "sam"; name one by Slack id: U0SAMONE, '
        "U0SAMTWO",
        by_schema=False,
    ),
    "a guest": _wrong(
        f"{TARGETS}          - person: gwen\n",
        '8: policies[0].levels[0].targets[0].person: "gwen" is a guest, whom Heed never pages',
        by_schema=False,
    ),
    "somebody who is gone": _wrong(
        f"{TARGETS}          - person: oliver\n",
        '8: policies[0].levels[0].targets[0].person: "oliver" is deactivated in Slack',
        by_schema=False,
    ),
    "a Slack id of nobody": _wrong(
        f"{TARGETS}          - person: U0NOBODY\n",
        "8: policies[0].levels[0].targets[0].person: there is nobody with the Slack id U0NOBODY",
        by_schema=False,
    ),
    "no schedule of this name": _wrong(
        f"{TARGETS}          - schedule: payments\n",
        '8: policies[0].levels[0].targets[0].schedule: there is no schedule "payments"; did you mean Payments?',
        by_schema=False,
    ),
    "no group of this handle": _wrong(
        f'{TARGETS}          - group: "@dba"\n',
        '8: policies[0].levels[0].targets[0].group: there is no user group with the name "@dba"',
        by_schema=False,
    ),
    "a channel that became a comment": _wrong(
        f"{TARGETS}          - channel: #ops\n",
        '8: policies[0].levels[0].targets[0].channel: is empty; what begins with # needs quotes, such as "#ops"',
    ),
    "a channel's name that two have": _wrong(
        f'{TARGETS}          - channel: "#twin"\n',
        '8: policies[0].levels[0].targets[0].channel: 2 channels are called "#twin"; name one by Slack id: C0TWIN1, '
        "C0TWIN2",
        by_schema=False,
    ),
    "a round robin within a round robin": _wrong(
        f"{TARGETS}          - round_robin:\n              - round_robin: [{{person: alice}}]\n",
        "9: policies[0].levels[0].targets[0].round_robin[0].round_robin: is not a field here; there are person, "
        "schedule",
    ),
    "a round robin of nobody": _wrong(
        f"{TARGETS}          - round_robin: []\n",
        "8: policies[0].levels[0].targets[0].round_robin: needs at least 1",
    ),
    "a severity that is none": _wrong(
        f"{LEVELS}      - targets: [admins]\n        when:\n          severities: [urgent]\n",
        "8: policies[0].levels[0].when.severities: severity must be one of critical, high, medium, low, not 'urgent'",
    ),
    "windows without a zone": _wrong(
        f"{LEVELS}      - targets: [admins]\n        when:\n          windows: mon-fri 09:00-17:00\n",
        "7: policies[0].levels[0].when.zone: is missing",
    ),
    "windows that are none, in a zone that is none": _wrong(
        f"{LEVELS}      - targets: [admins]\n        when:\n          windows: always\n          zone: Berlin\n",
        '8: policies[0].levels[0].when.windows: expected a day and times such as "mon-fri 09:00-17:00", found "always"',
        '9: policies[0].levels[0].when.zone: "Berlin" is no time zone; write an IANA name such as Europe/Berlin',
        by_schema=False,
    ),
    "a layer without a start and with an unknown field": _wrong(
        SCHEDULE.replace("start:", "begin:"),
        "5: schedules[0].layers[0].start: is missing",
        "12: schedules[0].layers[0].begin: is not a field here",
    ),
    "a stranger in a layer": _wrong(
        SCHEDULE.replace("bob", "bbo"),
        '6: schedules[0].layers[0].people[1]: there is nobody called "bbo"; did you mean Bob?',
        by_schema=False,
    ),
    "weeks without a weekday": _wrong(
        SCHEDULE.replace("        weekday: monday\n", ""),
        "5: schedules[0].layers[0].weekday: is needed in a rotation of weeks",
    ),
    "a hand-off that is no time": _wrong(
        SCHEDULE.replace("09:00", "9 am"),
        "10: schedules[0].layers[0].handoff: must be a time of day such as 09:00, not '9 am'",
    ),
    "an override without an offset": _wrong(
        f"{SCHEDULE}    overrides:\n      - {{person: alice, start: 2026-12-24T09:00, end: 2026-12-25T09:00+01:00}}\n",
        "14: schedules[0].overrides[0].start: needs a time with an offset, such as 2026-12-24T09:00+01:00, "
        "not 2026-12-24T09:00",
        by_schema=False,
    ),
    "a route with several faults": _wrong(
        "routes:\n  - name: db\n    matchers: team\n    severity: bad\n    hours: mon 09:00-10:00\n    cont: true\n",
        "3: routes[0].zone: is missing",
        '4: routes[0].matchers: at character 5: expected =, !=, =~ or !~ after "team", found the end',
        "5: routes[0].severity: severity must be one of critical, high, medium, low, not 'bad'",
        "7: routes[0].cont: is not a field here; did you mean continue?",
    ),
    "a route to a policy that is not there": _wrong(
        "routes:\n  - name: db\n    policy: Everbody\n",
        '4: routes[0].policy: there is no policy "Everbody"; did you mean Everybody?',
        by_schema=False,
    ),
    "a route to a policy that the file removes": _wrong(
        f"{DEFAULT.replace('Everybody', 'All')}routes:\n  - name: db\n    policy: Everybody\n",
        '8: routes[0].policy: there is no policy "Everybody"',
        by_schema=False,
    ),
    "a route whose channel became a comment": _wrong(
        "routes:\n  - name: db\n    channel: #ops\n",
        '4: routes[0].channel: is empty; what begins with # needs quotes, such as "#ops"',
    ),
    "a silence for everything": _wrong(
        SILENCE.replace('team="search"', "[]"),
        '3: silences[0]: a silence needs a matcher that names something, such as team="search"',
        by_schema=False,
    ),
    "a silence that ends before it starts": _wrong(
        SILENCE.replace("T08", "T21"), "3: silences[0]: a silence ends after it starts", by_schema=False
    ),
    "a silence without name and end": _wrong(
        SILENCE.replace("name: Move", "why: because").replace("    ends_at: 2026-12-05T20:00+01:00\n", ""),
        "3: silences[0].ends_at: is missing",
        "3: silences[0].name: is missing",
    ),
    "a silence that says who made it": _wrong(
        f"{SILENCE}    by: alice\n",
        "7: silences[0].by: is not a field here; there are name, matchers, starts_at, ends_at, why",
    ),
    "a client without name and team": _wrong(
        "clients:\n  - tier: gold\n", "3: clients[0].name: is missing; a client needs a name or its Slack team"
    ),
    "a client's team that is none": _wrong(
        "clients:\n  - {name: Acme, team: acme}\n",
        "3: clients[0].team: must be the id of a Slack team, such as T0123ABCD",
    ),
    "a renewal that is no date": _wrong(
        "clients:\n  - name: Acme\n    renews_on: in spring\n",
        '4: clients[0].renews_on: must be a date such as 2027-03-31, not "in spring"',
        by_schema=False,
    ),
    "one client twice": _wrong(
        "clients:\n  - name: Acme\n  - name: ACME\n",
        "4: clients[1]: is the same client as clients[0]",
        by_schema=False,
    ),
    "a source of an unknown kind": _wrong(
        "sources:\n  - {kind: alertmanger, name: prod}\n",
        '3: sources[0].kind: there is no source "alertmanger"; did you mean alertmanager?',
        by_schema=False,
    ),
    "a source with a secret": _wrong(
        "sources:\n  - {kind: generic, name: prod, secret: hush}\n",
        f"3: sources[0].secret: is not a field here; there are {OF_SOURCES}",
    ),
    "a source that may be sent to from a name": _wrong(
        "sources:\n  - {kind: github, name: prod, allowed_from: [hooks.example]}\n",
        '3: sources[0].allowed_from: "hooks.example" is no network such as 192.0.2.0/24 or 2001:db8::/32',
        by_schema=False,
    ),
    "a source whose expression is none": _wrong(
        "sources:\n  - {kind: generic, name: prod, expressions: {title: delete(@)}}\n",
        "3: sources[0].expressions: title: the expression may not use the function delete",
        by_schema=False,
    ),
    "a tool that is read by expressions": _wrong(
        "sources:\n  - {kind: github, name: prod, expressions: {title: name}}\n",
        "3: sources[0].expressions: only a generic source is read by expressions",
        by_schema=False,
    ),
    "a heartbeat that does not say how often": _wrong(
        "sources:\n  - {kind: heartbeat, name: backup, grace: 1h}\n", "3: sources[0].every: is missing", by_schema=False
    ),
    "a heartbeat that beats too often": _wrong(
        "sources:\n  - {kind: heartbeat, name: backup, every: 1s}\n",
        "3: sources[0].every: must be from 10 seconds to 366 days",
        by_schema=False,
    ),
    "a heartbeat whose grace is no length": _wrong(
        "sources:\n  - {kind: heartbeat, name: backup, every: 1d, grace: soon}\n",
        "3: sources[0].grace: must be a length of time such as 5m, 1h30m or 1d",
        by_schema=False,
    ),
    "a heartbeat of an unknown severity": _wrong(
        "sources:\n  - {kind: heartbeat, name: backup, every: 1d, severity: urgent}\n",
        "3: sources[0].severity: must be one of critical, high, medium, low, not 'urgent'",
    ),
    "a tool that beats": _wrong(
        "sources:\n  - {kind: github, name: prod, every: 5m}\n",
        "3: sources[0].every: is for heartbeats",
        by_schema=False,
    ),
    "a heartbeat that goes stale": _wrong(
        "sources:\n  - {kind: heartbeat, name: backup, every: 1d, stale_after: 1d}\n",
        "3: sources[0].stale_after: is not for heartbeats: their silence is the alert",
        by_schema=False,
    ),
    "a source that is stale after no time": _wrong(
        "sources:\n  - {kind: github, name: prod, stale_after: soon}\n",
        '3: sources[0].stale_after: must be a duration such as 30s, 5m, 2h or 1d, not "soon"',
    ),
    "a field that stands there twice": _wrong(
        f"{DEFAULT}    default: true\n", "6: policies[0].default: stands here twice, first in line 4", by_schema=False
    ),
}  # fmt: skip
