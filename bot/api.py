"""The REST API for scripts and dashboards, below `/api`."""

from flask import Blueprint

routes = Blueprint("api", __name__)
