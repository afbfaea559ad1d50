"""Values and shares read exactly as pprof prints them."""

import pytest

from pprof_lens.profile.units import percentage, same_family, scale, scaled_label


@pytest.mark.parametrize(
    ("value", "unit", "to", "scaled"),
    [
        (1, "s", "ms", (1000, "ms")),
        (1, "kb", "b", (1024, "B")),
        (1, "kbyte", "b", (1024, "B")),
        (1, "kilobyte", "b", (1024, "B")),
        (1, "mb", "kb", (1024, "kB")),
        (1, "gb", "mb", (1024, "MB")),
        (1024, "gb", "tb", (1, "TB")),
        (1024, "tb", "pb", (1, "PB")),
        (2048, "mb", "auto", (2, "GB")),
        (31536000, "s", "auto", (8760, "hrs")),
        (-1, "s", "ms", (-1000, "ms")),
        (1, "foo", "count", (1, "")),
        (1, "foo", "bar", (1, "bar")),
        (2000, "count", "count", (2000, "")),
        (2000, "count", "auto", (2000, "")),
        (2000, "count", "minimum", (2000, "")),
        (1000, "kilogcu", "megagcu", (1, "M*GCU")),
        (2000, "GCU", "kiloGCU", (2, "k*GCU")),
        (4000, "GCU", "auto", (4, "k*GCU")),
        (9000, "PetaGCU", "auto", (9000, "P*GCU")),
    ],
)
def test_scales_between_units(value: int, unit: str, to: str, scaled: tuple[float, str]) -> None:
    """Cases of google/pprof's own tests."""
    assert scale(value, unit, to) == pytest.approx(scaled)


@pytest.mark.parametrize(
    ("value", "unit", "to", "text"),
    [
        (524362, "bytes", "auto", "512.07kB"),
        (1048575, "bytes", "auto", "1024kB"),
        (1023, "bytes", "auto", "1023B"),
        (3600_000_000_000, "nanoseconds", "auto", "1hrs"),
        (59_990_000_000, "nanoseconds", "auto", "59.99s"),
        (1500, "nanoseconds", "hours", "0"),
        (1, "bytes", "GB", "0"),
        (5, "objects", "minimum", "5"),
        (5, "objects", "objects", "5objects"),
        (3, "sample", "sample", "3"),
        (3, "samples", "samples", "3samples"),
        (10, "kb", "kilobytes", "10kB"),
        (1234567, "bytes", "seconds", "1234567B"),
        (1, "nanoseconds", "foo", "0"),
        (5, "nanoseconds", "MINIMUM", "0"),
        (1500, "μs", "auto", "1500"),
        (-(1 << 63), "bytes", "auto", "-9223372036854775808B"),
        (-1500000, "nanoseconds", "auto", "-1.50ms"),
    ],
)
def test_labels_are_those_of_pprof(value: int, unit: str, to: str, text: str) -> None:
    assert scaled_label(value, unit, to) == text


@pytest.mark.parametrize(
    ("value", "total", "text"),
    [
        (1, 1000, "  0.1%"),
        (99, 10000, " 0.99%"),
        (17, 100000, "0.017%"),
        (5, 10**8, "5e-06%"),
        (123, 12345, "    1%"),
        (-5, 10, "50.00%"),
        (9996, 10000, "  100%"),
        (21100, 11100, "190.09%"),
        (5, 0, "    0%"),
    ],
)
def test_shares_are_those_of_pprof(value: int, total: int, text: str) -> None:
    assert percentage(value, total) == text


def test_units_convert_within_their_family() -> None:
    assert same_family("ms", "nanoseconds")
    assert same_family("objects", "objects")
    assert not same_family("bytes", "seconds")
