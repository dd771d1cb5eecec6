"""What a fault does to an HTTP request that an app makes."""

from aiohttp import web

from simulator.clock import Clock
from simulator.faults import Fault


async def broken(request: web.Request, fault: Fault | None, clock: Clock) -> web.StreamResponse | None:
    """What the fault answers in place of the call; None lets the call go on."""
    if fault is None:
        return None
    if fault.kind in ("cut_before", "away"):
        return cut(request)
    if fault.kind == "slow":
        await clock.sleep(fault.seconds)
    if fault.kind == "rate_limited":
        headers = {"Retry-After": str(int(fault.seconds))}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    if fault.kind == "status":
        return web.Response(status=fault.status, text="upstream connect error")
    if fault.kind == "error":
        return web.json_response({"ok": False, "error": fault.error})
    return None


def cut(request: web.Request) -> web.Response:
    """Break the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
