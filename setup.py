"""Adds the one native part, the fold, which an installation may lack: without a compiler the twin runs."""

import os

from setuptools import Extension, setup

LIMITED_API = "0x030A0000"

# setuptools finds Cython by itself; cythonize() here would forget that the extension is optional.
fold = Extension(
    "pprof_lens.profile._fold",
    ["server/pprof_lens/profile/_fold.pyx"],
    define_macros=[("Py_LIMITED_API", LIMITED_API)],
    extra_compile_args=["-O2", "-g0"] if os.name != "nt" else [],
    py_limited_api=True,
    optional=True,
)

setup(ext_modules=[fold], options={"bdist_wheel": {"py_limited_api": "cp310"}})
