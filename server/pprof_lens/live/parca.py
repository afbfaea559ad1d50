"""Parca and Polar Signals: their requests and answers, by the JSON gateway of parca.query.v1alpha1.QueryService.

A profile comes as gzip in base64, in a field of an object. Pure.
"""

import base64
import binascii
import json
from datetime import datetime, timezone

from pprof_lens.live.asked import Answered, Asked, Question


def profile(asked: Asked) -> tuple[Question, ...]:
    """A merge over the range, as pprof."""
    parameters = (
        ("mode", "MODE_MERGE"),
        ("report_type", "REPORT_TYPE_PPROF"),
        ("merge.query", f"{asked.type}{asked.selector}"),
        ("merge.start", _time(asked.since)),
        ("merge.end", _time(asked.until)),
    )
    return (Question("api/profiles/query", _pprof, parameters),)


def types(asked: Asked) -> Question:
    """The profile types of the range."""
    return Question("api/profiles/types", _types, (("start", _time(asked.since)), ("end", _time(asked.until))))


def _pprof(answer: bytes) -> bytes:
    try:
        found = json.loads(answer)
        data = base64.b64decode(found.get("pprof") or "", validate=True)
    except (ValueError, RecursionError, AttributeError, TypeError, binascii.Error):
        raise Answered("its answer is not one of Parca's.") from None
    if not data:
        raise Answered("no profile matches the query in this time range.")
    return data


def _types(answer: bytes) -> bytes:
    try:
        rows = json.loads(answer).get("types", ())
        return "\n".join(map(_type, rows)).encode("utf-8", "replace")
    except (ValueError, RecursionError, AttributeError, TypeError, KeyError):
        raise Answered("its list of profile types cannot be read.") from None


def _type(row: dict[str, object]) -> str:
    names = ("name", "sampleType", "sampleUnit", "periodType", "periodUnit")
    return ":".join(str(row[name]) for name in names) + (":delta" if row.get("delta") else "")


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
