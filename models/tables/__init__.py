"""Every table, by its noun."""

from models.tables.alert import Alert, SignalRow, Step
from models.tables.base import Base
from models.tables.client import (
    AssessmentRow,
    Channel,
    Client,
    Conversation,
    Label,
    Message,
    SeenEvent,
    Tier,
    Usage,
)
from models.tables.delivery import Page, Post
from models.tables.rules import Group, Notice, OverrideRow, Policy, RouteRow, Schedule, SilenceRow, Turn
from models.tables.workspace import Beat, Entry, Person, Source, Workspace

__all__ = [
    "Alert",
    "AssessmentRow",
    "Base",
    "Beat",
    "Channel",
    "Client",
    "Conversation",
    "Entry",
    "Group",
    "Label",
    "Message",
    "Notice",
    "OverrideRow",
    "Page",
    "Person",
    "Policy",
    "Post",
    "RouteRow",
    "Schedule",
    "SeenEvent",
    "SignalRow",
    "SilenceRow",
    "Source",
    "Step",
    "Tier",
    "Turn",
    "Usage",
    "Workspace",
]
