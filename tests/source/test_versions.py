"""Which version of the sources fits a profile best."""

import pytest

from pprof_lens.source.profiled import DeclaredFunction, ProfileFile
from pprof_lens.source.versions import NO_FIT, Fit, Version, best, fit, revisions

FILE = ProfileFile("a.go", (DeclaredFunction("m.F", 3, (4,)), DeclaredFunction("m.G", 7, (8,))))


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("package m\n\nfunc F() {\n\tf()\n}\n\nfunc G() {\n\tg()\n}\n", Fit(2, 2)),
        # G is elsewhere, and where it was sampled nothing runs
        ("package m\n\nfunc F() {\n\tf()\n}\n\n// G\nfunc G() {\n\tg()\n}\n", Fit(1, 2)),
        ("package m\n\nfunc F() {\n\t// f\n}\n\nfunc G() {\n}\n", Fit(2, 0)),
        ("", NO_FIT),
    ],
)
def test_how_well_a_text_fits(text: str, fits: Fit) -> None:
    """By the functions at their lines, then by the sampled lines on which something can run."""
    assert fit(FILE, text) == fits


def chosen(versions: str, fits: dict[str, int], files: int = 2) -> str:
    """The best of versions that are drawn as a letter a file."""
    found = best(
        (Version(str(i), i, tuple(blobs)) for i, blobs in enumerate(versions.split())),
        [FILE] * files,
        lambda _, blob: Fit(fits.get(blob, 0), 0),
    )
    return " ".join("".join(blob or "" for blob in version.blobs) for version in found)


def test_the_version_in_which_all_files_fit_wins_over_those_in_which_one_does() -> None:
    """A file of its own fits at many commits; the build was at one of them."""
    assert chosen("ax bx by", {"a": 2, "b": 2, "x": 1, "y": 2}) == "by"


def test_versions_that_fit_as_well_are_told_in_their_order_each_choice_once() -> None:
    """Which of them it was is for other evidence."""
    assert chosen("ax bx ax cx", {"a": 2, "b": 2, "x": 2}) == "ax bx"


def test_where_all_fits_a_long_row_of_versions_that_do_not_ends_the_search() -> None:
    """Where something never fits, the search goes on."""
    row = " ".join("mn" for _ in range(1))
    long = " ".join(f"{chr(0x100 + i)}x" for i in range(150))
    assert chosen(f"ax {row} {long} bx", {"a": 2, "b": 2, "x": 2}) == "ax"
    assert chosen(f"ax {row} {long} bx", {"a": 2, "b": 2, "x": 1}) == "ax bx"


def test_what_may_name_a_commit() -> None:
    """The tag or the commit of the own module's version, and words that are a commit's whole name."""
    paths = ("m.com/a@v1.2.3/x.go", "m.com/b@v0.0.0-20240102030405-0123456789ab/y.go", "m.com/a/z.go")
    assert revisions(paths, ("heap", "f" * 40, "F" * 40, "f" * 39)) == ("v1.2.3", "0123456789ab", "f" * 40)
