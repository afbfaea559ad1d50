"""A server for each test that wants one; and no example of hypothesis fails for being slow on a busy machine."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from loopback import Loopback

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def serve() -> Iterator[Loopback]:
    server = Loopback()
    yield server
    server.close()
