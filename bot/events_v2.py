"""PagerDuty's Events API v2 at `POST /v2/enqueue`: a tool that speaks it needs only another address."""

from flask import Blueprint

routes = Blueprint("events_v2", __name__)
