"""Socket Mode on the wire: envelopes, acknowledgements, refreshes, and at most ten connections."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.request import SocketModeRequest

from simulator import Simulator
from simulator.maxima import MOST
from simulator.socket import CONNECTION_SECONDS
from tests.simulator.bolt_helper import Helper, connected

Play = Callable[[aiohttp.ClientSession], Awaitable[None]]


def opened(sim: Simulator) -> str:
    client = WebClient(base_url=sim.api_url, retry_handlers=[])
    return str(client.apps_connections_open(app_token="xapp-simulator")["url"])


def play(script: Play) -> None:
    """Run a coroutine that plays the app's side with sockets of its own."""

    async def run() -> None:
        async with aiohttp.ClientSession() as session:
            await asyncio.wait_for(script(session), 20)

    asyncio.run(run())


async def reached(sim: Simulator, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
    """A connection that has been greeted."""
    url = await asyncio.to_thread(opened, sim)
    socket = await session.ws_connect(url)
    assert (await socket.receive_json())["type"] == "hello"
    return socket


def test_an_envelope_that_is_not_acknowledged_comes_again(sim: Simulator) -> None:
    async def script(session: aiohttp.ClientSession) -> None:
        socket = await reached(sim, session)
        sim.core.delivery.answer_seconds = 0.02
        await asyncio.to_thread(sim.say, "dora", "acme", "hello")
        first, again = await socket.receive_json(), await socket.receive_json()
        assert first["payload"]["event_id"] == again["payload"]["event_id"]
        assert first["envelope_id"] != again["envelope_id"]
        assert (first["retry_attempt"], again["retry_attempt"], again["retry_reason"]) == (0, 1, "timeout")
        sim.core.delivery.answer_seconds = 3
        sim.clock.forward(seconds=61)
        third = await socket.receive_json()
        await socket.send_json({"envelope_id": third["envelope_id"]})
        await asyncio.to_thread(sim.settle)
        assert [one["problem"] for one in sim.deliveries()] == ["timeout", "timeout", ""]
        assert SocketModeRequest.from_dict(third) is not None

    play(script)


def test_each_payload_goes_to_one_connection(sim: Simulator) -> None:
    async def script(session: aiohttp.ClientSession) -> None:
        sockets = [await reached(sim, session) for _ in range(2)]
        for text in ("one", "two"):
            await asyncio.to_thread(sim.say, "dora", "acme", text)
        got = [await socket.receive_json() for socket in sockets]
        assert {envelope["payload"]["event"]["text"] for envelope in got} == {"one", "two"}
        assert [one["sent"] for one in sim.core.sockets.listing()] == [1, 1]

    play(script)


def test_connections_are_refreshed_by_the_clock(sim: Simulator) -> None:
    async def script(session: aiohttp.ClientSession) -> None:
        socket = await reached(sim, session)
        sim.clock.forward(seconds=CONNECTION_SECONDS - 9)
        assert (await socket.receive_json())["reason"] == "warning"
        assert sim.core.sockets.connected("A0APP")
        sim.clock.forward(seconds=10)
        goodbye = await socket.receive_json()
        assert (goodbye["type"], goodbye["reason"]) == ("disconnect", "refresh_requested")
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE

    play(script)


def test_closing_on_demand(sim: Simulator) -> None:
    async def script(session: aiohttp.ClientSession) -> None:
        socket = await reached(sim, session)
        await asyncio.to_thread(sim.warn_sockets)
        assert (await socket.receive_json())["reason"] == "warning"
        closing = asyncio.create_task(asyncio.to_thread(sim.refresh_sockets, None, "link_disabled"))
        assert (await socket.receive_json())["reason"] == "link_disabled"
        await socket.receive()
        await closing
        broken = await reached(sim, session)
        await asyncio.to_thread(sim.cut_sockets, "A0APP")
        assert (await broken.receive()).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)

    play(script)


def test_ten_connections_and_not_eleven(sim: Simulator) -> None:
    async def script(session: aiohttp.ClientSession) -> None:
        sockets = [await reached(sim, session) for _ in range(MOST["connections"])]
        eleventh = await session.ws_connect(await asyncio.to_thread(opened, sim))
        assert (await eleventh.receive_json())["reason"] == "too_many_websockets"
        assert len(sim.core.sockets.connections) == len(sockets) == 10

    play(script)


def test_when_slack_is_away_sockets_are_cut_and_none_is_opened(sim: Simulator) -> None:
    async def script(session: aiohttp.ClientSession) -> None:
        socket, url = await reached(sim, session), await asyncio.to_thread(opened, sim)
        sim.faults.add("*", "away", seconds=60)
        assert (await socket.receive()).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)

    play(script)


def test_a_ticket_is_good_once(sim: Simulator) -> None:
    async def script(session: aiohttp.ClientSession) -> None:
        url = await asyncio.to_thread(opened, sim)
        await session.ws_connect(url)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)

    play(script)


def test_a_bot_token_opens_no_socket(sim: Simulator, client: WebClient) -> None:
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        client.apps_connections_open(app_token="xoxb-simulator")


def test_bolt_comes_back_after_a_refresh(sim: Simulator) -> None:
    helper = Helper(sim)
    with connected(helper, sim):
        first = sim.core.sockets.connections[0]
        sim.refresh_sockets()
        sim.wait_for(lambda: sim.core.sockets.connections and first not in sim.core.sockets.connections)
        sim.say("dora", "acme", "after the refresh")
        sim.wait_for(lambda: helper.of("message"))


def test_acknowledgements_carry_answers(sim: Simulator) -> None:
    helper = Helper(sim)
    with connected(helper, sim):
        assert sim.command("bob", "ops", "/helper hello").body == {"text": "You said: hello"}
