"""Grafana Pyroscope: its requests and answers, by querier.v1.QuerierService over Connect (querier.proto of 2.x).

A profile is asked for as the newest servers have it, in the format pprof, and then as all have it: its answer is the
profile itself, uncompressed. Messages are small and few, so their fields are written and found here. Pure.
"""

import json
from collections.abc import Iterator

from pprof_lens.live.asked import Answered, Asked, Question
from pprof_lens.profile.encode import bytes_field, varint

_SERVICE = "querier.v1.QuerierService/"
_PROTO = {"content-type": "application/proto", "connect-protocol-version": "1"}
_JSON = {"content-type": "application/json", "connect-protocol-version": "1"}
_TYPE, _SELECTOR, _START, _END, _FORMAT = 1, 2, 3, 4, 6
_FORMAT_PPROF = 4
_PPROF_OF_ANSWER, _PROFILE_OF_PPROF = 5, 1
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def profile(asked: Asked) -> tuple[Question, ...]:
    """SelectMergeStacktraces with the format pprof, and SelectMergeProfile for servers that do not know it."""
    body = (
        _text(_TYPE, asked.type)
        + _text(_SELECTOR, asked.selector)
        + _number(_START, round(asked.since * 1000))
        + _number(_END, round(asked.until * 1000))
    )
    newest = body + _number(_FORMAT, _FORMAT_PPROF)
    return (
        Question(f"{_SERVICE}SelectMergeStacktraces", _in_pprof, body=newest, headers=_PROTO),
        Question(f"{_SERVICE}SelectMergeProfile", _itself, body=body, headers=_PROTO),
    )


def types(asked: Asked) -> Question:
    """ProfileTypes."""
    span = {"start": round(asked.since * 1000), "end": round(asked.until * 1000)}
    return Question(f"{_SERVICE}ProfileTypes", _ids, body=json.dumps(span).encode(), headers=_JSON)


def _in_pprof(answer: bytes) -> bytes:
    """The profile in an answer; empty where the server ignored the format."""
    return _field(_field(answer, _PPROF_OF_ANSWER), _PROFILE_OF_PPROF)


def _itself(answer: bytes) -> bytes:
    if not answer:
        raise Answered("no profile matches the query in this time range.")
    return answer


def _ids(answer: bytes) -> bytes:
    try:
        found = json.loads(answer)
        return "\n".join(str(item["ID"]) for item in found.get("profileTypes", ())).encode("utf-8", "replace")
    except (ValueError, RecursionError, AttributeError, TypeError, KeyError):
        raise Answered("its list of profile types cannot be read.") from None


def _text(field: int, text: str) -> bytes:
    return bytes_field(field, text.encode("utf-8", "replace"))


def _number(field: int, number: int) -> bytes:
    return varint(field << 3 | _VARINT) + varint(number)


def _field(answer: bytes, wanted: int) -> bytes:
    """The bytes of the last field of that number; empty where there is none. Raises Answered where it is cut off."""
    return next((value for field, value in reversed(tuple(_fields(answer))) if field == wanted), b"")


def _fields(answer: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(answer):
        tag, at = _read_varint(answer, at)
        field, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            _, at = _read_varint(answer, at)
            continue
        if wire not in (_FIXED64, _BYTES, _FIXED32):
            raise Answered("its answer is no message that is known.")
        length, at = _read_varint(answer, at) if wire == _BYTES else (8 if wire == _FIXED64 else 4, at)
        if at + length > len(answer):
            raise Answered("its answer is cut off.")
        if wire == _BYTES:
            yield field, answer[at : at + length]
        at += length


def _read_varint(answer: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(answer) and shift < 70:
        byte = answer[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    raise Answered("its answer is cut off.")
