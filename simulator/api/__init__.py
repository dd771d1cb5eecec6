"""The Web API. Importing the package registers all methods."""

from simulator.api import apps, chat, conversations, files, oauth, reactions, usergroups, users, views
from simulator.api.registry import METHODS

__all__ = ["METHODS", "apps", "chat", "conversations", "files", "oauth", "reactions", "usergroups", "users", "views"]
