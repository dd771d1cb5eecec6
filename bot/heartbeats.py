"""Heartbeats at `/heartbeats/<secret>`: whoever should come and does not is missed."""

from flask import Blueprint

routes = Blueprint("heartbeats", __name__)
