"""Figures on the lines that earned them, of programs that the oldest and the newest Go built."""

import pytest

from lines.matrix import SHAPES, VERSIONS, go, judged


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("version", [VERSIONS[0], VERSIONS[-1]])
def test_every_marked_line_has_its_figure_and_no_other_line_has_one(version: str, shape: str) -> None:
    result = judged(go(version), shape)
    assert result.wrong == ()
    assert result.right > 110
