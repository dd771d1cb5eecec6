"""Every table, by its noun."""

from models.tables.alert import Alert, SignalRow, Step
from models.tables.base import Base
from models.tables.client import AssessmentRow, Client, Conversation, Message, SeenEvent
from models.tables.delivery import Page, Post
from models.tables.rules import Group, Notice, OverrideRow, Policy, RouteRow, Schedule, SilenceRow, Turn
from models.tables.workspace import Beat, Entry, Person, Source, Workspace

__all__ = [
    "Alert",
    "AssessmentRow",
    "Base",
    "Beat",
    "Client",
    "Conversation",
    "Entry",
    "Group",
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
    "Turn",
    "Workspace",
]
