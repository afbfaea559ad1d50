"""The lines above a report: what the profile is, which filters are on, how much of it is shown."""

import time
from collections.abc import Sequence

from pprof_lens.profile.integers import magnitude, truncated
from pprof_lens.profile.model import Profile
from pprof_lens.profile.proportion import refuse_out_of_proportion
from pprof_lens.profile.units import percentage, scale, scaled_label
from pprof_lens.report import paths
from pprof_lens.report.options import Options
from pprof_lens.report.trimming import Shown
from pprof_lens.report.values import Values

_FILTERS = ("focus", "ignore", "hide", "show", "show_from", "tagfocus", "tagignore", "tagshow", "taghide")
_LONGEST_FILTER = 80


def profile_labels(profile: Profile, values: Values) -> list[str]:
    """What the profile is; its time in the local time zone. Raises TooLarge where it says one thing over and over."""
    labels = []
    if profile.mappings and profile.mappings[0].filename:
        labels.append(f"File: {paths.base(profile.mappings[0].filename)}")
    if profile.mappings and profile.mappings[0].build_id:
        labels.append(f"Build ID: {profile.mappings[0].build_id}")
    refuse_out_of_proportion(len(profile.raw), {"letters of comments": (sum(map(len, profile.comments)), 1)})
    labels += (comment for comment in profile.comments if not comment.startswith("#"))
    name = ("mean_" if values.is_mean else "") + values.sample_type.type
    if name:
        labels.append(f"Type: {name}")
    if profile.doc_url:
        labels.append(f"Doc: {profile.doc_url}")
    if profile.time_nanos:
        local = time.localtime(profile.time_nanos // 10**9)
        labels.append(f"Time: {local.tm_year:04d}-{time.strftime('%m-%d %H:%M:%S', local)} {local.tm_zone}")
    if profile.duration_nanos:
        labels.append(
            f"Duration: {scaled_label(profile.duration_nanos, 'nanoseconds')}, "
            f"Total samples = {values.text(values.total)} {_busy(profile, values)}"
        )
    return labels


def report_labels(profile: Profile, values: Values, options: Options, shown: Shown) -> list[str]:
    """What the profile is and what of it is shown."""
    labels = [] if options.compact_labels else profile_labels(profile, values)
    labels += active_filters(options)
    labels.append(
        f"Showing nodes accounting for {values.text(shown.total)}, "
        f"{values.share(shown.total).strip()} of {values.text(values.total)} total"
    )
    if values.total:
        if shown.dropped:
            nodes = "node" if shown.dropped == 1 else "nodes"
            least = values.text(magnitude(truncated(float(values.total) * options.nodefraction)))
            labels.append(f"Dropped {shown.dropped} {nodes} (cum <= {least})")
        if shown.dropped_edges:
            edges = "edge" if shown.dropped_edges == 1 else "edges"
            least = values.text(magnitude(truncated(float(values.total) * options.edgefraction)))
            labels.append(f"Dropped {shown.dropped_edges} {edges} (freq <= {least})")
        if 0 < shown.nodes < shown.of:
            labels.append(f"Showing top {shown.nodes} nodes out of {shown.of}")
    return labels


def _busy(profile: Profile, values: Values) -> str:
    """How much of its duration the profile's total is, if that is a time."""
    nanoseconds, unit = scale(values.total, values.sample_type.unit, "nanoseconds")
    if unit != "ns" or not nanoseconds:
        return ""
    return f"({percentage(truncated(nanoseconds), profile.duration_nanos)})"


def active_filters(options: Options) -> Sequence[str]:
    """The filters that are on, one a line."""
    filters = [f"{name}={text}" for name in _FILTERS if (text := getattr(options, name))]
    return ["Active filters:", *(f"   {_cut(text)}" for text in filters)] if filters else []


def _cut(text: str) -> str:
    encoded = text.encode("utf-8", "surrogateescape")
    if len(encoded) <= _LONGEST_FILTER:
        return text
    return encoded[:_LONGEST_FILTER].decode("utf-8", "surrogateescape") + "…"
