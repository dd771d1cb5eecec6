"""Every table, by its noun."""

from models.tables.alert import Alert, SignalRow, Step
from models.tables.base import Base
from models.tables.client import AssessmentRow, Client, Conversation, Message, SeenEvent
from models.tables.delivery import Page, Post
from models.tables.workspace import Beat, Entry, Person, Policy, Source, Workspace

__all__ = [
    "Alert",
    "AssessmentRow",
    "Base",
    "Beat",
    "Client",
    "Conversation",
    "Entry",
    "Message",
    "Page",
    "Person",
    "Policy",
    "Post",
    "SeenEvent",
    "SignalRow",
    "Source",
    "Step",
    "Workspace",
]
