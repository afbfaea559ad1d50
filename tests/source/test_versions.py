"""Which version of the sources fits a profile best."""

import random
from collections.abc import Iterator

import pytest

from pprof_lens.source.profiled import DeclaredFunction, ProfileFile
from pprof_lens.source.versions import NO_FIT, PATIENCE, Drawn, Fit, Fits, Version, best, fit, reached, revisions

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


class Files:
    """Files of which every text is one letter; `stands` says how many of two functions have their place in each."""

    def __init__(self, stands: dict[str, int], count: int = 2) -> None:
        self.stands = stands
        self.fits = Fits([FILE] * count)
        self.read = ""

    def text(self, blob: str) -> str:
        self.read += blob
        return ("", "\n\nfunc F() {\n\tf()\n" + "\n" * 9, "\n\nfunc F() {\n\tf()\n}\n\nfunc G() {\n\tg()\n}\n")[
            self.stands.get(blob, 0)
        ]

    def reached(self, *rows: str) -> int:
        """How many functions have their place in some version of these rows."""
        return reached([Drawn(drawn(row)) for row in rows], self.fits, self.text)

    def best(self, versions: str, needed: int = 1) -> str:
        found = best(drawn(versions), self.fits, self.text, needed=needed)
        return " ".join("".join(blob or "" for blob in version.blobs) for version in found)


def drawn(versions: str) -> Iterator[Version]:
    """Versions that are drawn as a letter a file."""
    return (Version(str(i), i, tuple(blobs)) for i, blobs in enumerate(versions.split()))


def chosen(versions: str, stands: dict[str, int]) -> str:
    """The best of versions that are drawn as a letter a file."""
    return Files(stands).best(versions)


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


def test_a_text_that_could_not_be_read_is_read_again_when_it_is_asked_for_again() -> None:
    """It is not known not to fit."""
    files = Files({"a": 2})
    assert files.fits.of(0, "a", lambda _: None) == NO_FIT
    assert files.fits.of(0, "a", files.text) == Fit(2, 2)


def test_a_version_of_which_enough_is_known_is_not_read() -> None:
    """Of one that may still fit, the file is read first that lacked something before: y, and never b."""
    files = Files({"a": 2, "b": 2, "w": 2})
    assert files.best("aw ax by bx") == "aw"
    assert files.read == "awxy"


def test_what_is_known_to_fit_elsewhere_saves_the_reading_of_what_fits_less() -> None:
    """Of each of these versions the first file would do for the best of them, but x stands in none."""
    row = " ".join(f"{chr(0x100 + i)}x" for i in range(2 * PATIENCE))
    files = Files({"a": 2, "w": 2})
    needed = files.reached(row, "aw")
    assert (files.best(row, needed), files.best("aw", needed)) == ("", "aw")
    assert len(files.read) < PATIENCE + 5


def test_looking_ahead_changes_nothing_of_what_is_chosen() -> None:
    """Whatever there is in both rows: what fits best in the first, and if not all does, in both."""
    for seed in range(300):
        rng = random.Random(seed)
        stands = {letter: rng.choice((0, 1, 1, 2, 2)) for letter in "abcdefgh"}
        ours, theirs = (" ".join("".join(rng.choices("abcdefgh", k=2)) for _ in range(rng.randrange(9))) for _ in "12")
        plain, ahead = Files(stands), Files(stands)
        needed = ahead.reached(ours, theirs)
        whole = f"{plain.best(ours)} {theirs}"
        assert ahead.best(f"{ahead.best(ours, needed)} {theirs}", needed) == plain.best(whole)


def test_what_may_name_a_commit() -> None:
    """The tag or the commit of the own module's version, and words that are a commit's whole name."""
    paths = ("m.com/a@v1.2.3/x.go", "m.com/b@v0.0.0-20240102030405-0123456789ab/y.go", "m.com/a/z.go")
    assert revisions(paths, ("heap", "f" * 40, "F" * 40, "f" * 39)) == ("v1.2.3", "0123456789ab", "f" * 40)
