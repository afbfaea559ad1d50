"""Whatever stands at a path, nothing waits and nothing but a file is read."""

import os
from pathlib import Path

import pytest

from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.session.reading import read_file
from pprof_lens.workspace.modules import modules, vendors
from pprof_lens.workspace.reading import NotRegularError, leads_out, read


def test_a_file_is_read_up_to_so_many_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"profile")
    assert [read(str(tmp_path / "a"), most)[0] for most in (4, 7, 1 << 50)] == [b"prof", b"profile", b"profile"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes")
def test_a_pipe_a_device_and_a_folder_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), Path("/dev/stdin")):
        with pytest.raises((NotRegularError, FileNotFoundError)):
            read(str(path), 1 << 20)
    with pytest.raises(IsADirectoryError):
        read(str(tmp_path), 1 << 20)
    with pytest.raises(ProfileError, match="is a device or a pipe and no file"):
        read_file(str(tmp_path / "pipe"), 1 << 20)


def test_reading_ends_once_nobody_waits(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"profile")
    with pytest.raises(Cancelled):
        read(str(tmp_path / "a"), 1 << 20, lambda: True)


def test_a_link_in_its_folder_is_read_and_one_out_of_it_is_not(tmp_path: Path) -> None:
    for folder in ("in/vendor", "out"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "out" / "modules.txt").write_text("# example.com/a v1.0.0\n## explicit\nexample.com/a\n")
    (tmp_path / "in" / "go.mod").write_text("module example.com/in\n")
    link = tmp_path / "in" / "vendor" / "modules.txt"
    link.symlink_to(tmp_path / "out" / "modules.txt")
    assert leads_out(str(link), str(link.parent))
    own = modules((), (str(tmp_path / "in" / "go.mod"),), ())
    assert [module.path for module in own.modules] == ["example.com/in"]
    assert vendors((str(link),), own.modules) == ()


def test_what_a_go_work_replaces_is_kept_once_for_all_modules(tmp_path: Path) -> None:
    """As each module has it: modules times directives would fill the memory."""
    (tmp_path / "go.work").write_text("replace (\n\texample.com/a => ./a\n\texample.com/b => example.com/c v1.0.0\n)\n")
    for name in ("one", "two"):
        (tmp_path / f"{name}.mod").write_text(f"module example.com/{name}\n")
    go_mods = [str(tmp_path / "one.mod"), str(tmp_path / "two.mod")]
    found = modules((), go_mods, (str(tmp_path / "go.work"),))
    assert [(module.path, module.replaces, module.forks) for module in found.modules] == [
        ("example.com/one", (), ()),
        ("example.com/two", (), ()),
    ]
    assert [replaced.module for replaced in found.replaces] == ["example.com/a"]
    assert [fork.module for fork in found.forks] == ["example.com/b"]


def test_looking_at_modules_ends_once_nobody_waits(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.com/a\n")
    with pytest.raises(Cancelled):
        modules((), [str(tmp_path / "go.mod")], (), lambda: True)
