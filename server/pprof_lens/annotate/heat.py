"""How hot a line is, in five steps that a colour can show; by its own flat, never by what it calls."""

_STEPS = (25.0, 10.0, 3.0, 0.5)
"""The least share of the total, in percent, for heat 4, 3, 2 and 1."""


def of(flat: int, total: int) -> int:
    """0 to 4; 0 for a line without a flat to speak of."""
    if not total:
        return 0
    share = abs(flat) / abs(total) * 100
    return next((len(_STEPS) - i for i, least in enumerate(_STEPS) if share >= least), 0)
