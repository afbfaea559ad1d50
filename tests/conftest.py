"""A server for each test that wants one."""

from collections.abc import Iterator

import pytest

from loopback import Loopback


@pytest.fixture
def serve() -> Iterator[Loopback]:
    server = Loopback()
    yield server
    server.close()
