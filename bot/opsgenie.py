"""Opsgenie's Alert API below `/v2/alerts`: a tool that speaks it needs only another address."""

from flask import Blueprint

routes = Blueprint("opsgenie", __name__)
