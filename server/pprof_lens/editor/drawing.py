"""What a file shows of one Snapshot, drawn once for what is loaded and selected, wherever its lines stand."""

from dataclasses import dataclass

from pprof_lens.annotate import figures, hints, lenses
from pprof_lens.annotate.figures import FileFigures
from pprof_lens.annotate.hints import Label
from pprof_lens.annotate.lenses import Title
from pprof_lens.annotate.wording import Scale
from pprof_lens.session.snapshot import Snapshot
from pprof_lens.source.paths import How


@dataclass(frozen=True, slots=True)
class Drawing:
    """The figures of a file, and what is written of them."""

    figures: FileFigures
    labels: tuple[Label, ...]
    titles: tuple[Title, ...]
    scale: Scale
    found: How


def scale_of(snapshot: Snapshot) -> Scale:
    """How the selected values are written."""
    return Scale(snapshot.sample_type, snapshot.total, snapshot.is_difference)


def draw(path: str, snapshot: Snapshot, threshold: float) -> Drawing | None:
    """What the file of that path shows; None where the profile does not have it."""
    profile_paths = snapshot.files.of_local(path)
    if not profile_paths:
        return None
    shown = figures.of_file(snapshot.index, snapshot.column, profile_paths)
    scale = scale_of(snapshot)
    found = snapshot.files.local[profile_paths[0]].how
    return Drawing(
        figures=shown,
        labels=hints.labels(shown, scale, threshold),
        titles=lenses.titles(shown, snapshot.index, scale, threshold),
        scale=scale,
        found=found,
    )
