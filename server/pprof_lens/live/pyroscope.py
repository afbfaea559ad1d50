"""Grafana Pyroscope: its requests and answers, by querier.v1.QuerierService over Connect (querier.proto of 2.x).

A profile is asked for as the newest servers have it, in the format pprof, and then as all have it: its answer is the
profile itself, uncompressed. Messages are small and few, so their fields are written and found here. Pure.
"""

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice
from math import inf
from typing import TypeVar

from pprof_lens.live import asked as answers
from pprof_lens.live.asked import DEPLOYED, MOST_NAMES, Answered, Asked, EmptyError, Moments, Names, Question, Series
from pprof_lens.profile.encode import bytes_field, varint

_SERVICE = "querier.v1.QuerierService/"
_PROTO = {"content-type": "application/proto", "connect-protocol-version": "1"}
_JSON = {"content-type": "application/json", "connect-protocol-version": "1"}
_TYPE, _SELECTOR, _START, _END, _FORMAT = 1, 2, 3, 4, 6
_FORMAT_PPROF = 4
_PPROF_OF_ANSWER, _PROFILE_OF_PPROF = 5, 1
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_TOO_LONG = re.compile(r"exceeds the limit \(max_query_length, [^)]*limit: ([0-9a-z]+)\)")
_DURATION = re.compile("(?:([0-9]+)y)?(?:([0-9]+)w)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?")
T = TypeVar("T")

_SECONDS = (365 * 86400, 7 * 86400, 86400, 3600, 60, 1)


def profile(asked: Asked) -> tuple[Question[bytes], ...]:
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


def types(asked: Asked) -> Question[Names]:
    """ProfileTypes."""
    return _json("ProfileTypes", _ids, asked)


def label_names(asked: Asked) -> Question[Names]:
    """LabelNames, of the series that the selector selects."""
    return _json("LabelNames", _names, asked, matchers=[_matcher(asked)])


def label_values(asked: Asked, name: str) -> Question[Names]:
    """LabelValues, likewise."""
    return _json("LabelValues", _names, asked, name=name, matchers=[_matcher(asked)])


def deployed(asked: Asked) -> Question[Series]:
    """Series, with the labels only that tell a commit."""
    return _json("Series", _series, asked, matchers=[_matcher(asked)], labelNames=list(DEPLOYED))


def moments(asked: Asked, labels: Names) -> Question[Moments]:
    """SelectSeries in steps of a second, by all labels."""
    return _json(
        "SelectSeries",
        _points,
        asked,
        profileTypeID=asked.type,
        labelSelector=asked.selector,
        groupBy=list(labels),
        step=1,
    )


def longest(refusal: str) -> float | None:
    """The seconds that a range may have, where that is what the server refuses; the limit of a tenant."""
    found = _TOO_LONG.search(refusal)
    length = _DURATION.fullmatch(found[1]) if found is not None else None
    if length is None:
        return None
    return sum(int(part or 0) * unit for part, unit in zip(length.groups(), _SECONDS, strict=True)) or None


def listed_at_once() -> float:
    """A server has an index of what it lists."""
    return inf


def _json(method: str, read: Callable[[bytes], T], asked: Asked, **more: object) -> Question[T]:
    span = {"start": round(asked.since * 1000), "end": round(asked.until * 1000)}
    return Question(f"{_SERVICE}{method}", read, body=json.dumps({**more, **span}).encode(), headers=_JSON)


def _matcher(asked: Asked) -> str:
    """The selector with the profile type in it, which is a label of a series."""
    if not asked.type:
        return asked.selector
    is_whole = ":" in asked.type
    value = json.dumps(asked.type if is_whole else f"{re.escape(asked.type)}:.*")
    inner = asked.selector.strip()[1:-1].strip().rstrip(",")
    return f"{{__profile_type__{'=' if is_whole else '=~'}{value}{f',{inner}' if inner else ''}}}"


def _in_pprof(answer: bytes) -> bytes:
    """The profile in an answer; empty where the server ignored the format. Raises EmptyError for an empty one."""
    found = _field(answer, _PPROF_OF_ANSWER)
    if found is None:
        return b""
    profile_of = _field(found, _PROFILE_OF_PPROF)
    if not profile_of:
        raise EmptyError
    return profile_of


def _itself(answer: bytes) -> bytes:
    if not answer:
        raise EmptyError
    return answer


def _names(answer: bytes) -> Names:
    return answers.names(answer, "names")


def _ids(answer: bytes) -> Names:
    try:
        found = json.loads(answer)
        return tuple(str(item["ID"]) for item in islice(found.get("profileTypes", ()), MOST_NAMES + 1))
    except (ValueError, RecursionError, AttributeError, TypeError, KeyError):
        raise Answered("its list of profile types cannot be read.") from None


def _series(answer: bytes) -> Series:
    try:
        return tuple(answers.labels(row.get("labels", [])) for row in json.loads(answer).get("labelsSet", ()))
    except (ValueError, RecursionError, AttributeError, TypeError, KeyError):
        raise Answered("its list of series cannot be read.") from None


def _points(answer: bytes) -> Moments:
    try:
        rows = json.loads(answer).get("series", ())
        return tuple(tuple(int(point["timestamp"]) / 1000 for point in row.get("points", ())) for row in rows)
    except (ValueError, RecursionError, AttributeError, TypeError, KeyError, OverflowError):
        raise Answered("its list of moments cannot be read.") from None


def _text(field: int, text: str) -> bytes:
    return bytes_field(field, text.encode("utf-8", "replace"))


def _number(field: int, number: int) -> bytes:
    return varint(field << 3 | _VARINT) + varint(number)


def _field(answer: bytes, wanted: int) -> bytes | None:
    """The bytes of the last field of that number; None where there is none. Raises Answered where it is cut off."""
    return next((value for field, value in reversed(tuple(_fields(answer))) if field == wanted), None)


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
