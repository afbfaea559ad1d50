"""Adds the one native part, the fold, which an installation may lack: without a compiler the twin runs."""

import os

from Cython.Build import cythonize
from setuptools import Extension, setup

LIMITED_API = "0x030A0000"

fold = Extension(
    "pprof_lens.profile._fold",
    ["server/pprof_lens/profile/_fold.pyx"],
    define_macros=[("Py_LIMITED_API", LIMITED_API)],
    extra_compile_args=["-O2", "-g0"] if os.name != "nt" else [],
    py_limited_api=True,
    optional=True,
)

setup(
    ext_modules=cythonize([fold], language_level=3),
    options={"bdist_wheel": {"py_limited_api": "cp310"}},
)
