"""The marks of a web process, from its own thread, on a real database and without one."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.context import Context
from bot.hearing import Hearing
from models import heartbeat
from models.actions.heartbeats import hear, hearing_of
from models.db import Database
from models.embedded import free_port


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def marks(context: Context) -> heartbeat.Hearing | None:
    with context.db.begin() as session:
        return hearing_of(session)


@pytest.fixture
def process(context: Context) -> Iterator[Hearing]:
    made = Hearing(context.db, every=0.02)
    yield made
    made.stop()


def test_a_process_that_is_alone_begins_to_hear_when_it_starts(context: Context, process: Hearing) -> None:
    with context.db.begin() as session:
        hear(session)
    before = marks(context)
    assert before is not None
    process.start()
    wait_for(lambda: marks(context) not in (None, before))
    begun = marks(context)
    assert begun is not None
    assert begun.since > before.until, "however short it was away"
    wait_for(lambda: (now := marks(context)) is not None and now.until - begun.until > timedelta(seconds=0.05))
    gone_on = marks(context)
    assert gone_on is not None
    assert gone_on.since == begun.since


class Counting(Database):
    """Counts the transactions that are begun."""

    begun = 0

    @contextmanager
    def begin(self) -> Iterator[Session]:
        self.begun += 1
        with super().begin() as session:
            yield session


def test_a_process_that_starts_beside_another_joins_it(context: Context, process: Hearing) -> None:
    process.start()
    wait_for(lambda: marks(context) is not None)
    begun = marks(context)
    assert begun is not None
    db = Counting(context.settings.database_url)
    second = Hearing(db, every=0.1)
    second.start()
    wait_for(lambda: db.begun > 2)
    second.stop()
    db.dispose()
    now = marks(context)
    assert now is not None
    assert now.since == begun.since


def test_without_its_database_it_waits(context: Context) -> None:
    db = Counting(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing")
    away = Hearing(db, every=0.01)
    away.start()
    wait_for(lambda: db.begun > 3)
    away.stop()
    assert marks(context) is None
