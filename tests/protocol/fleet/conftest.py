"""What was checked is printed as it is: that is what the script is for."""

import pytest

from protocol.fleet.asked import Tell


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Tell:
    def tell(text: str) -> None:
        with capsys.disabled():
            print(f"    {text}")  # noqa: T201

    return tell
