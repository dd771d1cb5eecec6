"""What may happen only once: the first of any number of processes is told so, and nobody when Redis is away."""

import pytest
from redis import Redis

from models.bell import connect
from models.embedded import free_port
from models.once import NobodyRemembers, is_first
from tests.conftest import Servers


def test_only_the_first_time_is_the_first(clean: Servers) -> None:
    client: Redis = clean.redis.client
    assert [is_first(client, name, 60) for name in ("a", "b", "a")] == [True, True, False]
    assert 0 < int(client.ttl("heed:once:a")) <= 60


def test_nobody_says_so_while_redis_is_away() -> None:
    with connect(f"redis://127.0.0.1:{free_port()}/0", timeout=0.5) as away, pytest.raises(NobodyRemembers):
        is_first(away, "a", 60)
