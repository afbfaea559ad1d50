"""The sdist in an environment of its own, where there is no compiler: it installs, and reads a profile."""

import os
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
NO_COMPILER = {"CC": "false", "CXX": "false"}


def run(*words: str | Path, cwd: Path, **env: str) -> str:
    ended = subprocess.run(
        words, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, check=False, timeout=600
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of the environment."""
    place = tmp_path_factory.mktemp("sdist")
    program = "import sys; from setuptools.build_meta import build_sdist; build_sdist(sys.argv[1])"
    run(sys.executable, "-c", program, place, cwd=ROOT)
    (archive,) = place.glob("pprof_lens-*.tar.gz")
    venv.create(place / "empty", with_pip=True)
    programs = place / "empty" / SCRIPTS
    run(programs / "python", "-m", "pip", "install", "--quiet", archive, cwd=place, **NO_COMPILER)
    return programs


def test_it_runs_on_the_plain_fold(installed: Path) -> None:
    program = "import pprof_lens, pprof_lens.profile.engine as engine; print(pprof_lens.__version__, engine.NATIVE)"
    version, native = run(installed / "python", "-I", "-c", program, cwd=installed).split()
    assert native == "False"
    assert run(installed / "pprof-lens", "--version", cwd=installed).split()[-1] == version


def test_it_reads_a_profile(installed: Path) -> None:
    heap = ROOT / "examples" / "leaky" / "profiles" / "heap.pprof"
    assert "21.53MB 40.67% 40.67%" in run(installed / "pprof-lens", "top", heap, cwd=installed)


def test_it_has_the_web_application_and_the_notices(installed: Path, tmp_path: Path) -> None:
    heap, page = ROOT / "examples" / "leaky" / "profiles" / "heap.pprof", tmp_path / "page.html"
    run(installed / "pprof-lens", "html", heap, "-o", page, cwd=tmp_path)
    assert page.stat().st_size > 1_000_000
    assert list(installed.parent.glob("**/pprof_lens-*.dist-info/licenses/THIRD-PARTY-NOTICES.txt"))


def test_it_has_all_that_the_native_fold_is_made_of(installed: Path) -> None:
    (archive,) = installed.parents[1].glob("pprof_lens-*.tar.gz")
    with tarfile.open(archive) as opened:
        has = {Path(name).name for name in opened.getnames()}
    folder = ROOT / "server" / "pprof_lens" / "profile"
    assert {path.name for path in folder.iterdir() if path.suffix in {".pyx", ".pxi"}} <= has
