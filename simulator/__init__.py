"""A Slack workspace and an OpenAI-compatible endpoint for trying out and testing apps."""

from simulator.seed import AppConfig
from simulator.server import Simulator

__all__ = ["AppConfig", "Simulator"]
