"""Settings as editors send them, right and wrong."""

import asyncio

import pytest
from pygls.exceptions import JsonRpcException

from pprof_lens.lsp.server import ProfileServer
from pprof_lens.lsp.start import made
from pprof_lens.session.settings import Settings
from pprof_lens.wire import settings as read


@pytest.mark.parametrize(
    "section",
    [
        {"threshold": 2, "inlayHints": {"enabled": False}, "pathMappings": {"/app": "/home/me/app"}},
        {"threshold": 2.0, "inlayHints.enabled": False, "pathMappings": {"/app": "/home/me/app"}, "unknown": 1},
    ],
)
def test_names_are_nested_or_dotted(section: object) -> None:
    expected = Settings(threshold=2.0, inlay_hints_enabled=False, path_mappings=(("/app", "/home/me/app"),))
    assert read(section) == (expected, ())


@pytest.mark.parametrize("section", [None, {}])
def test_nothing_said_is_the_defaults(section: object) -> None:
    assert read(section) == (Settings(), ())


@pytest.mark.parametrize(
    ("name", "value", "must_be"),
    [
        ("threshold", "high", "a number from 0 to 100"),
        ("threshold", -1, "a number from 0 to 100"),
        ("threshold", True, "a number from 0 to 100"),
        ("threshold", float("nan"), "a number from 0 to 100"),
        ("profile", 3, "a text"),
        ("profile", "a\0b", "a text"),
        ("codeLens.enabled", "yes", "true or false"),
        ("diagnostics.hotLines", 101, "a whole number from 0 to 100"),
        ("limits.profileBytes", 0, "a whole number from 1 to 1099511627776"),
        ("pathMappings", ["/app"], "an object of texts"),
        ("http.headers", {"Authorization": 1}, "an object of texts"),
        ("http.headers", {"admin.example.com": {"Authorization": 1}}, "an object of texts"),
        ("server.command", "python", "a list of texts"),
    ],
)
def test_a_wrong_value_is_told_and_its_default_used(name: str, value: object, must_be: str) -> None:
    settings, problems = read({name: value, "sampleType": "cpu"})
    assert settings == Settings(sample_type="cpu")
    assert problems == (f"The setting pprofLens.{name} must be {must_be}; its default is used.",)


@pytest.mark.parametrize("section", ["x", 1, ["profile"]])
def test_a_section_that_is_no_object_is_told(section: object) -> None:
    settings, problems = read(section)
    assert settings == Settings()
    assert len(problems) == 1


def test_a_section_that_an_editor_does_not_tell_is_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each file asks for it; another section is another matter."""

    async def refuse(*_: object) -> None:
        raise JsonRpcException("no")

    server = made()
    monkeypatch.setattr(ProfileServer, "tells_when_asked", property(lambda _: True))
    monkeypatch.setattr(server, "workspace_configuration_async", refuse)
    for section in ("go", "go", "pprofLens"):
        assert asyncio.run(server.configuration(section, "file:///a.go")) is None
    assert [record.getMessage().split()[-2] for record in caplog.records] == ["go:", "pprofLens:"]
