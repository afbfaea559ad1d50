"""Compiles the native fold for another platform than this one, with the C compiler of Zig, which PyPI has.

    python scripts/crossfold.py TARGET OUTDIR

writes OUTDIR/_fold.abi3.so, which every CPython from 3.10 on loads there. The headers are this interpreter's, with a
pyconfig.h that says only what the limited API asks of it: on 64-bit Unix that is the same everywhere. Windows needs
its own headers and an import library, and gets its fold from the release workflow. Zig is installed into build/zig on
first use: 100 MB to fetch.
"""

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "server" / "pprof_lens" / "profile" / "_fold.pyx"
ZIG = ROOT / "build" / "zig"
ZIG_PACKAGE = "ziglang==0.17.1"
LIMITED_API = "0x030A0000"

# glibc 2.17 is that of manylinux2014, as are protobuf's wheels; macOS 11 is the first on arm64.
TARGETS = {
    "linux-x64": ("x86_64-linux-gnu.2.17", ()),
    "linux-arm64": ("aarch64-linux-gnu.2.17", ()),
    "darwin-x64": ("x86_64-macos.11.0", ("-undefined", "dynamic_lookup")),
    "darwin-arm64": ("aarch64-macos.11.0", ("-undefined", "dynamic_lookup")),
}

PYCONFIG = """
#define SIZEOF_SHORT 2
#define SIZEOF_INT 4
#define SIZEOF_LONG 8
#define SIZEOF_LONG_LONG 8
#define SIZEOF_VOID_P 8
#define SIZEOF_SIZE_T 8
#define SIZEOF_WCHAR_T 4
#define SIZEOF_TIME_T 8
#define ALIGNOF_LONG 8
#define ALIGNOF_SIZE_T 8
#define STDC_HEADERS 1
#define HAVE_STDINT_H 1
#define HAVE_STDDEF_H 1
#define HAVE_UNISTD_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_SYS_STAT_H 1
#define HAVE_SYS_TIME_H 1
#define WITH_THREAD 1
"""


def main() -> None:
    if len(sys.argv) != 3 or sys.argv[1] not in TARGETS:
        sys.exit(f"usage: python scripts/crossfold.py {'|'.join(TARGETS)} OUTDIR")
    print(compiled(sys.argv[1], Path(sys.argv[2])))


def compiled(target: str, folder: Path) -> Path:
    """Compile the fold for `target` into `folder` and return its path."""
    triple, extra = TARGETS[target]
    folder.mkdir(parents=True, exist_ok=True)
    fold = folder / "_fold.abi3.so"
    with tempfile.TemporaryDirectory() as work:
        source, headers = Path(work) / "_fold.c", Path(work) / "include"
        run(sys.executable, "-m", "cython", "-3", str(SOURCE), "-o", str(source))
        shutil.copytree(sysconfig.get_path("include"), headers)
        (headers / "pyconfig.h").write_text(PYCONFIG)
        flags = ("-shared", "-fPIC", "-O2", "-g0", "-s", f"-DPy_LIMITED_API={LIMITED_API}", f"-I{headers}")
        run(*zig(), "cc", "-target", triple, *flags, *extra, str(source), "-o", str(fold))
    return fold


def zig() -> tuple[str, ...]:
    """The command of Zig; installs it where it is not yet."""
    program = ZIG / "ziglang" / ("zig.exe" if sys.platform == "win32" else "zig")
    if not program.exists():
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:")
        run(*pip, "--target", str(ZIG), ZIG_PACKAGE)
    return (str(program),)


def run(*command: str) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
