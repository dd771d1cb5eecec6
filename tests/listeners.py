"""Slack has its answer before a listener has done its work; whoever looks at what came of it waits for the rest."""

from concurrent.futures import Future, wait
from typing import Any

from slack_bolt import App


class Listeners:
    """What an app's listeners are still doing in threads of their own."""

    def __init__(self, bolt: App) -> None:
        self._under_way: set[Future[Any]] = set()
        executor = bolt.listener_runner.listener_executor
        submit = executor.submit

        def watched(*args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = submit(*args, **kwargs)
            self._under_way.add(future)
            future.add_done_callback(self._under_way.discard)
            return future

        executor.submit = watched  # type: ignore[method-assign]

    def settle(self) -> None:
        """Wait until none is under way."""
        late = wait(list(self._under_way), timeout=30).not_done
        assert not late, "a listener does not come to its end"
