"""Samples back to bytes, so that a profile made here (merged, filtered, read from text) folds like any other.

Only the samples are written: the tables of a Profile are plain data already. It never writes a whole file.
"""

from array import array
from collections.abc import Iterable
from dataclasses import replace

from pprof_lens.profile.model import Profile, Sample

_MASK64 = (1 << 64) - 1


def with_samples(profile: Profile, samples: Iterable[Sample]) -> Profile:
    """The profile with these samples instead of its own; their locations index its location table."""
    ids = tuple(map(_varint, profile.locations.ids))
    strings = {text: i for i, text in enumerate(profile.strings)} or {"": 0}
    raw, spans = bytearray(), array("q")
    for sample in samples:
        body = (
            _packed(b"\x0a", b"".join(map(ids.__getitem__, sample.locations)))
            + _packed(b"\x12", b"".join(_varint(value & _MASK64) for value in sample.values))
            + _labels(sample, strings)
        )
        raw += b"\x12" + _varint(len(body))
        spans.extend((len(raw), len(raw) + len(body)))
        raw += body
    return replace(profile, raw=bytes(raw), spans=spans, strings=tuple(strings))


def _labels(sample: Sample, strings: dict[str, int]) -> bytearray:
    def index(text: str) -> bytes:
        return _varint(strings.setdefault(text, len(strings)))

    fields = bytearray()
    for key, texts in sample.labels:
        for text in texts:
            fields += _packed(b"\x1a", b"\x08" + index(key) + b"\x10" + index(text))
    for key, numbers in sample.num_labels:
        for value, unit in numbers:
            fields += _packed(
                b"\x1a", b"\x08" + index(key) + b"\x18" + _varint(value & _MASK64) + b"\x20" + index(unit)
            )
    return fields


def _packed(tag: bytes, body: bytes) -> bytes:
    return tag + _varint(len(body)) + body if body else b""


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
