"""What clients know of the server is what the server declares."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

from pprof_lens import __version__

ROOT = Path(__file__).parent.parent.parent


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("contract", ROOT / "scripts" / "contract.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_extension_has_the_version_of_the_package() -> None:
    assert json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["version"] == __version__


def test_the_client_has_the_shapes_that_the_server_declares() -> None:
    contract = generator()
    assert contract.PROTOCOL.read_text(encoding="utf-8") == contract.protocol(), "run python scripts/contract.py"


def test_the_editor_has_the_settings_that_the_server_declares() -> None:
    contract = generator()
    text = contract.MANIFEST.read_text(encoding="utf-8")
    assert text == contract.manifest(text), "run python scripts/contract.py"
