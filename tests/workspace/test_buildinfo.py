"""What a program tells of its build, without being run."""

from io import BytesIO

from pprof_lens.workspace.buildinfo import BuildInfo, build_info

MAGIC = b"\xff Go buildinf:"
REVISION = "0123456789abcdef0123456789abcdef01234567"


def block(settings: str) -> bytes:
    """As cmd/link writes it since Go 1.18: magic, pointer size, flags, padding, two strings with their lengths."""
    told = b"0" * 16 + f"path\tm.com/x\n{settings}".encode() + b"1" * 16
    version = b"go1.24.1"
    length = bytes([len(told) & 127 | 128, len(told) >> 7])
    return (MAGIC + b"\x08\x02").ljust(32, b"\0") + bytes([len(version)]) + version + length + told


def told(program: bytes) -> BuildInfo | None:
    return build_info(BytesIO(program))


def test_the_commit_of_a_program_and_whether_there_was_more_than_it() -> None:
    """Wherever in the file the block is, as long as it is where the linker aligns it."""
    clean = f"build\tvcs.revision={REVISION}\nbuild\tvcs.modified=false\n"
    for before in (0, 16, 4096, (1 << 20) - 16, 3 << 20):
        assert told(b"\x7fELF".ljust(16, b"\0")[:before] + bytes(max(0, before - 16)) + block(clean)) == (
            REVISION,
            False,
        )
    assert told(block(clean.replace("false", "true"))) == (REVISION, True)
    assert told(b"\0" * 8 + block(clean)) is None


def test_a_program_that_has_the_magic_number_as_its_own_constant_is_read_past_it() -> None:
    """Those that read build information have it twice."""
    clean = f"build\tvcs.revision={REVISION}\n"
    assert told(MAGIC.ljust(64, b"\0") + block(clean)) == (REVISION, False)


def test_a_program_that_says_nothing_is_none() -> None:
    """Without a repository, of another language, cut off, or hostile."""
    assert told(block("build\tCGO_ENABLED=0\n")) is None
    assert told(b"\x7fELF" + b"\0" * 5000) is None
    assert told(block(f"build\tvcs.revision={REVISION}\n")[:40]) is None
    assert told((MAGIC + b"\x08\x02").ljust(32, b"\0") + b"\xff" * 64) is None


def test_a_file_of_nothing_but_such_blocks_is_not_read_for_each_of_them() -> None:
    clean = f"build\tvcs.revision={REVISION}\n"
    assert told(MAGIC.ljust(32, b"\0") * 15 + block(clean)) == (REVISION, False)
    assert told(MAGIC.ljust(32, b"\0") * 16 + block(clean)) is None
