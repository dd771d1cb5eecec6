"""The parts of one running simulator, tied together for those that need several of them."""

from simulator.channels import Channels
from simulator.delivery import Delivery
from simulator.faults import Faults
from simulator.files import Files
from simulator.installing import Installing
from simulator.limits import RateLimits
from simulator.llm import LanguageModel
from simulator.messages import Messages
from simulator.responses import Responses
from simulator.socket import Sockets
from simulator.state import World
from simulator.triggers import Triggers
from simulator.views import Views


class Core:
    """Everything below the Web API and the page. Lives in the server's loop."""

    def __init__(self, world: World, rate_limits: bool = False) -> None:
        self.world = world
        self.faults = Faults(world.clock)
        self.sockets = Sockets(world, self.faults)
        self.delivery = Delivery(world, self.sockets, self.faults)
        self.messages = Messages(world, self.delivery)
        self.channels = Channels(world, self.delivery, self.messages)
        self.triggers = Triggers(world)
        self.responses = Responses(world, self.messages)
        self.views = Views(world)
        self.files = Files(world, self.delivery)
        self.installing = Installing(world, self.delivery)
        self.limits = RateLimits(world.clock, rate_limits)
        self.llm = LanguageModel(world, self.faults)
