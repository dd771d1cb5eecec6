"""A clock that tests can move, so that nothing is ever waited for."""

import asyncio
import time


class Clock:
    """Wall-clock time plus an offset. Times are epoch seconds; the clock only ever moves forward."""

    def __init__(self) -> None:
        self.offset = 0.0
        self._held: float | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._moved: asyncio.Event | None = None

    def now(self) -> float:
        """Epoch seconds, as the simulated workspace sees them."""
        return (time.time() if self._held is None else self._held) + self.offset

    def hold(self) -> None:
        """Stand still from now on, moving only by `forward`: for what must not depend on how busy the machine is."""
        self._held = time.time()

    def forward(self, seconds: float = 0, minutes: float = 0, hours: float = 0) -> float:
        """Move the clock and wake whoever sleeps on it; callable from any thread. Returns the new time."""
        step = seconds + 60 * minutes + 3600 * hours
        if step < 0:
            raise ValueError("the clock only moves forward")
        self.offset += step
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._wake)
        return self.now()

    async def sleep(self, seconds: float) -> None:
        """Return once the clock has advanced by so many seconds, in real time or because it was moved."""
        await self.sleep_until(self.now() + seconds)

    async def sleep_until(self, due: float) -> None:
        """Return once the clock shows `due` (epoch seconds)."""
        while (left := due - self.now()) > 0:
            try:
                await asyncio.wait_for(self._event().wait(), left)
            except TimeoutError:
                return

    def _event(self) -> asyncio.Event:
        loop = asyncio.get_running_loop()
        if self._moved is None or self._loop is not loop:
            self._loop, self._moved = loop, asyncio.Event()
        return self._moved

    def _wake(self) -> None:
        if self._moved is not None:
            self._moved.set()
            self._moved = None
