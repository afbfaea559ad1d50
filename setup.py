"""Adds what an installation may lack: the native fold, whose twin runs without a compiler, and the web application."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_py import build_py

LIMITED_API = "0x030A0000"

# setuptools finds Cython by itself; cythonize() here would forget that the extension is optional.
fold = Extension(
    "pprof_lens.profile._fold",
    ["server/pprof_lens/profile/_fold.pyx"],
    depends=sorted(map(str, Path("server/pprof_lens/profile").glob("_*.pxi"))),  # what it includes
    define_macros=[("Py_LIMITED_API", LIMITED_API)],
    extra_compile_args=["-O2", "-g0"] if os.name != "nt" else [],
    py_limited_api=True,
    optional=True,
)


class BuildWeb(build_py):
    """Bundles the web application where it is missing and Node.js is there; without it `html` says what to do."""

    def run(self) -> None:
        if not Path("server/pprof_lens/web/assets/page.js").exists() and Path("scripts/web.mjs").exists():
            with suppress(OSError):
                subprocess.run(["node", "scripts/web.mjs"], check=False)  # noqa: S607 - whichever Node there is
        super().run()


setup(cmdclass={"build_py": BuildWeb}, ext_modules=[fold], options={"bdist_wheel": {"py_limited_api": "cp310"}})
