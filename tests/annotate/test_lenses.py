"""What stands above a function."""

from pprof_lens.analysis import index as indexes
from pprof_lens.annotate import figures, lenses
from pprof_lens.annotate.wording import Scale
from profiles import drawn


def test_a_sample_type_draws_no_icon_and_ends_no_line() -> None:
    profile = drawn("parse app.go:4 = 8", "$(zap)\n\u202e/bytes", starts={"parse": 3})
    index = indexes.build(profile)
    scale = Scale(profile.sample_types[0], index.totals[0])
    (title,) = lenses.titles(figures.of_file(index, 0, ["app.go"]), index, scale, 0)
    assert title.text == "(zap)\ufffd\ufffd: flat 8B, cum 8B (100%)"
