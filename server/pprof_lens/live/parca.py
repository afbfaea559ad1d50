"""Parca and Polar Signals: their requests and answers, by the JSON gateway of parca.query.v1alpha1.QueryService.

A profile comes as gzip in base64, in a field of an object. Pure.
"""

import base64
import binascii
import json
from datetime import datetime, timezone
from itertools import islice
from urllib.parse import quote

from pprof_lens.live import asked as answers
from pprof_lens.live.asked import DEPLOYED, MOST_NAMES, Answered, Asked, EmptyError, Moments, Names, Question, Series

_MOST_SERIES = 100


def profile(asked: Asked) -> tuple[Question[bytes], ...]:
    """A merge over the range, as pprof."""
    parameters = (
        ("mode", "MODE_MERGE"),
        ("report_type", "REPORT_TYPE_PPROF"),
        ("merge.query", f"{asked.type}{asked.selector}"),
        ("merge.start", _time(asked.since)),
        ("merge.end", _time(asked.until)),
    )
    return (Question("api/profiles/query", _pprof, parameters),)


def types(asked: Asked) -> Question[Names]:
    """The profile types of the range."""
    return Question("api/profiles/types", _types, _span(asked))


def label_names(asked: Asked) -> Question[Names]:
    """The labels of what the selector selects; a server takes account of it only with a whole profile type."""
    inner = asked.selector.strip()[1:-1].strip()
    of = (("profile_type", asked.type), *((("match", inner),) if inner else ())) if ":" in asked.type else ()
    return Question("api/profiles/labels", _label_names, (*_span(asked), *of))


def label_values(asked: Asked, name: str) -> Question[Names]:
    """The values of a label, whatever is selected: servers take no account of that."""
    of = (("profile_type", asked.type),) if ":" in asked.type else ()
    return Question(f"api/profiles/labels/{quote(name, safe='')}/values", _label_values, (*_span(asked), *of))


def deployed(asked: Asked) -> Question[Series]:
    """The series of the query, summed by the labels only that tell a commit, in one step."""
    return Question("api/profiles/query_range", _series, _by(asked, DEPLOYED, max(1, round(asked.until - asked.since))))


def moments(asked: Asked, labels: Names) -> Question[Moments]:
    """The series of the query, by all labels, in steps of a second."""
    return Question("api/profiles/query_range", _samples, _by(asked, labels, 1))


def longest(_refusal: str) -> float | None:
    """A server refuses no range for its length."""
    return None


def listed_at_once() -> float:
    """A server looks at each profile of the range for a list: of a day that takes as long as a second."""
    return 3600.0


def _by(asked: Asked, labels: Names, step: int) -> tuple[tuple[str, str], ...]:
    """The parameters of a query for its series, by these labels, in steps of so many seconds."""
    return (
        ("query", f"{asked.type}{asked.selector}"),
        *_span(asked),
        ("step", f"{step}s"),
        ("limit", str(_MOST_SERIES)),
        *(("sum_by", name) for name in labels),
    )


def _span(asked: Asked) -> tuple[tuple[str, str], ...]:
    return ("start", _time(asked.since)), ("end", _time(asked.until))


def _pprof(answer: bytes) -> bytes:
    try:
        found = json.loads(answer)
        data = base64.b64decode(found.get("pprof") or "", validate=True)
    except (ValueError, RecursionError, AttributeError, TypeError, binascii.Error):
        raise Answered("its answer is not one of Parca's.") from None
    if not data:
        raise EmptyError
    return data


def _types(answer: bytes) -> Names:
    try:
        rows = json.loads(answer).get("types", ())
        return tuple(map(_type, islice(rows, MOST_NAMES + 1)))
    except (ValueError, RecursionError, AttributeError, TypeError, KeyError):
        raise Answered("its list of profile types cannot be read.") from None


def _type(row: dict[str, object]) -> str:
    names = ("name", "sampleType", "sampleUnit", "periodType", "periodUnit")
    return ":".join(str(row[name]) for name in names) + (":delta" if row.get("delta") else "")


def _label_names(answer: bytes) -> Names:
    return answers.names(answer, "labelNames")


def _label_values(answer: bytes) -> Names:
    return answers.names(answer, "labelValues")


def _series(answer: bytes) -> Series:
    try:
        rows = json.loads(answer).get("series", ())
        return tuple(answers.labels((row.get("labelset") or {}).get("labels", [])) for row in rows)
    except (ValueError, RecursionError, AttributeError, TypeError, KeyError):
        raise Answered("its list of series cannot be read.") from None


def _samples(answer: bytes) -> Moments:
    try:
        rows = json.loads(answer).get("series", ())
        return tuple(tuple(_seconds(sample["timestamp"]) for sample in row.get("samples", ())) for row in rows)
    except (ValueError, RecursionError, AttributeError, TypeError, KeyError, OverflowError):
        raise Answered("its list of moments cannot be read.") from None


def _seconds(text: str) -> float:
    """A time as `_time` writes it, to any digit."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    return datetime.fromisoformat(f"{whole}+00:00").timestamp() + float(f"0.{fraction or 0}")


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
