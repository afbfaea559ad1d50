"""What is shown, as one frozen value; features look things up in it. Only the driver puts another in its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pprof_lens.analysis.callers import LineCallers
from pprof_lens.analysis.growth import Trend
from pprof_lens.analysis.index import Index
from pprof_lens.analysis.verdict import Place
from pprof_lens.annotate.hot_lines import HotLine
from pprof_lens.annotate.repaired import Memory
from pprof_lens.leaks import Leak
from pprof_lens.session.goal import Goal
from pprof_lens.session.snapshot import Snapshot
from pprof_lens.source.profiled import DeclaredFunction
from pprof_lens.workspace.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class Findings:
    """What is worth a diagnostic in one Snapshot.

    `hot_by` has the hot lines of its figures by column and by how many were asked for: who switches between sample
    types comes back to what was found.

    `waiting` is where goroutines only wait, a fact for the hover. `leaking` has by the key of a file's path the
    functions that either speaks of, `trends` how the memory went that a line is to blame for, `overview` how all of it
    went, as a small chart. `memories` has by the address of a program what was found while it was watched, `gone` says
    what of that is gone.
    """

    snapshot: Snapshot | None = None
    hot_lines: tuple[HotLine, ...] = ()
    hot_by: Mapping[tuple[int, int], tuple[HotLine, ...]] = field(default_factory=dict)
    leaks: tuple[Leak, ...] = ()
    waiting: tuple[Leak, ...] = ()
    leaking: Mapping[str, tuple[DeclaredFunction, ...]] = field(default_factory=dict)
    trends: Mapping[Place, Trend] = field(default_factory=dict)
    overview: str = ""
    memories: Mapping[str, Memory] = field(default_factory=dict)
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of the goal `of`.

    `callers` are those of the lines of `gathered_of`, None where they are too many. Until its own findings are known,
    those of the Snapshot before are kept. `stage` counts what has been done to show it.
    """

    of: Goal = Goal()
    snapshot: Snapshot | None = None
    surroundings: Surroundings | None = None
    callers: LineCallers | None = None
    gathered_of: Index | None = None
    findings: Findings = Findings()
    stage: int = 0
