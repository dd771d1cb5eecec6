"""Every table, by its noun."""

from models.tables.alert import Alert, Part, SignalRow, Step, Storm
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
from models.tables.delivery import Page, Post, Way
from models.tables.rules import Group, Notice, OverrideRow, Policy, RouteRow, Schedule, SilenceRow, Turn
from models.tables.source import RequestRow, Source, Token
from models.tables.workspace import Beat, Entry, Person, Workspace

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
    "Part",
    "Person",
    "Policy",
    "Post",
    "RequestRow",
    "RouteRow",
    "Schedule",
    "SeenEvent",
    "SignalRow",
    "SilenceRow",
    "Source",
    "Step",
    "Storm",
    "Tier",
    "Token",
    "Turn",
    "Usage",
    "Way",
    "Workspace",
]
