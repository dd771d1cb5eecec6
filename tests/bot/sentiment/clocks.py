"""A clock that stands still until somebody sleeps."""


class Clock:
    """`clock()` is the time, `clock.sleep` moves it; `slept` tells by how much."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
