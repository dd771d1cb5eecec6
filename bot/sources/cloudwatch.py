"""CloudWatch alarms over an SNS topic; see SNS's documentation on "HTTP/HTTPS notification JSON format".

    {"Type": "Notification", "MessageId": "22b80b92-…", "TopicArn": "arn:aws:sns:us-east-2:123456789012:alarms",
     "Subject": "ALARM: …", "Timestamp": "2026-11-21T23:59:27.174Z", "SignatureVersion": "1", "Signature": "…",
     "Message": "{\\"AlarmName\\": \\"db_mem\\", \\"AlarmDescription\\": \\"…\\", \\"NewStateValue\\": \\"ALARM\\",
                  \\"NewStateReason\\": \\"…\\", \\"StateChangeTime\\": \\"2026-11-21T23:59:26.108+0000\\",
                  \\"AlarmArn\\": \\"arn:aws:cloudwatch:us-east-2:123456789012:alarm:db_mem\\", \\"Trigger\\": {…}}"}

A message of the topic that is no alarm becomes a signal too, so that it is not lost. Confirmations are none: see
`bot.sources.sns`.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bot.sources.reading import (
    KEY_LENGTH,
    LABEL_LENGTH,
    TITLE_LENGTH,
    Unreadable,
    labels,
    link,
    mapping,
    moment,
    parsed,
    prose,
    several_lines,
    severity,
    typed_key,
    words,
)
from models.signal import Signal
from models.words import Severity

NAME = "CloudWatch"
SNIPPET = """\
aws sns create-topic --name heed
aws sns subscribe --topic-arn <topic> --protocol https --notification-endpoint {address}
# each alarm sends both of its ends to the topic:
aws cloudwatch put-metric-alarm ... --alarm-actions <topic> --ok-actions <topic>
"""
OVER_SNS = True
SEVERITIES = {"alarm": Severity.HIGH, "insufficient_data": Severity.MEDIUM}
"""An alarm has no severity but its state; routes may say more, by its name or dimensions."""
OF_OTHER_MESSAGES = Severity.MEDIUM
CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


def parse(payload: Any) -> list[Signal]:
    """The signal of a notification, none of a confirmation; raises Unreadable."""
    body = mapping(payload, "body")
    kind = body.get("Type")
    if kind in ("SubscriptionConfirmation", "UnsubscribeConfirmation"):
        return []
    if kind is None and _is_alarm(body):
        return [_alarm(body, "")]
    if kind != "Notification":
        raise Unreadable("Type: must be Notification, SubscriptionConfirmation or UnsubscribeConfirmation")
    message = parsed(body.get("Message"))
    return [_alarm(message, "Message.") if _is_alarm(message) else _other(body)]


def _is_alarm(message: Any) -> bool:
    """SNS can be told to send the message without its envelope ("raw message delivery")."""
    return isinstance(message, Mapping) and ("AlarmName" in message or "NewStateValue" in message)


def _alarm(alarm: Mapping[str, Any], at: str) -> Signal:
    state = words(alarm.get("NewStateValue"), f"{at}NewStateValue", LABEL_LENGTH).upper()
    if state not in ("OK", "ALARM", "INSUFFICIENT_DATA"):
        raise Unreadable(f"{at}NewStateValue: must be OK, ALARM or INSUFFICIENT_DATA")
    name = words(alarm.get("AlarmName"), f"{at}AlarmName", TITLE_LENGTH)
    arn = words(alarm.get("AlarmArn"), f"{at}AlarmArn", KEY_LENGTH, "")
    return Signal(
        key=_key(alarm, name, arn, at),
        firing=state != "OK",
        title=name,
        severity=severity(state, table=SEVERITIES),
        details=_details(alarm, at),
        link=_link(arn, name),
        labels=_labels(alarm, name, at),
        started_at=moment(alarm.get("StateChangeTime"), f"{at}StateChangeTime"),
    )


def _key(alarm: Mapping[str, Any], name: str, arn: str, at: str) -> str:
    """The alarm's ARN. Not every region sends one; an alarm over many series has a contributor for each."""
    account = words(alarm.get("AWSAccountId"), f"{at}AWSAccountId", LABEL_LENGTH, "")
    region = words(alarm.get("Region"), f"{at}Region", LABEL_LENGTH, "")
    series = words(alarm.get("AlarmContributorId"), f"{at}AlarmContributorId", LABEL_LENGTH, "")
    return typed_key("alarm", *([arn] if arn else [account, region, name]), *([series] if series else []))


def _details(alarm: Mapping[str, Any], at: str) -> str:
    parts = [prose(alarm.get(name), f"{at}{name}") for name in ("AlarmDescription", "NewStateReason")]
    return several_lines("\n".join(part for part in parts if part))


def _labels(alarm: Mapping[str, Any], name: str, at: str) -> dict[str, str]:
    """What is measured goes in by its dimensions, such as `InstanceId`; composite alarms measure nothing."""
    trigger = mapping(alarm.get("Trigger") or {}, f"{at}Trigger")
    said = {
        "alarm": name,
        "account": alarm.get("AWSAccountId"),
        "region": alarm.get("Region"),
        "namespace": trigger.get("Namespace"),
        "metric": trigger.get("MetricName"),
    }
    return labels(said, at, _dimensions(trigger.get("Dimensions")))


def _dimensions(value: Any) -> dict[str, Any]:
    found = [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
    return {each["name"]: each.get("value") for each in found if isinstance(each.get("name"), str)}


def _link(arn: str, name: str) -> str:
    """The alarm in the console of its partition and region."""
    found = re.match(r"arn:([a-z-]+):cloudwatch:([a-z0-9-]+):", arn)
    console = CONSOLES.get(found.group(1)) if found else None
    if not found or not console:
        return ""
    region = found.group(2)
    return link(f"https://{region}.{console}/cloudwatch/home?region={region}#alarmsV2:alarm/{quote(name, safe='')}")


def _other(body: Mapping[str, Any]) -> Signal:
    text = prose(body.get("Message"), "Message")
    title = words(body.get("Subject"), "Subject", TITLE_LENGTH, "") or words(text, "Message", TITLE_LENGTH)
    return Signal(
        key=f"message:{words(body.get('MessageId'), 'MessageId', KEY_LENGTH)}",
        firing=True,
        title=title,
        severity=OF_OTHER_MESSAGES,
        details=text,
        labels=labels({"topic": body.get("TopicArn")}, "TopicArn"),
        started_at=moment(body.get("Timestamp"), "Timestamp"),
    )
