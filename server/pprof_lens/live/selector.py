"""A selector as it is being typed, and what may come next in it: PromQL's matchers in braces. Pure.

`{service_name="shop", region=~"eu.*"}` is one; what is typed need not be whole, and needs no braces.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from pprof_lens.live.asked import MOST_NAMES

SERVICES = ("service_name", "service", "app", "job", "comm")
"""The labels that may say which program it is, the likeliest first."""

_MATCHER = re.compile(r'\s*([A-Za-z_][\w.]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)')
_VALUE = re.compile(r'\s*([A-Za-z_][\w.]*)\s*(=~|!~|!=|=)\s*"?([^"]*)')
_MOST = 200


class Typed(NamedTuple):
    """The matchers that are whole, and what comes behind them: the beginning of a value of `label`, or of any word."""

    matchers: tuple[str, ...]
    label: str
    operator: str
    begun: str

    @property
    def selector(self) -> str:
        """What is whole of it."""
        return f"{{{', '.join(self.matchers)}}}"

    @property
    def is_whole(self) -> bool:
        return not self.label and not self.begun

    def has(self, label: str) -> bool:
        return any(re.match(rf"{re.escape(label)}\s*[=!]", matcher) for matcher in self.matchers)


class Offer(NamedTuple):
    """What may be typed next: the whole text then, the word that is new in it, and what kind of word it is.

    `is_selector` where the text is what is already typed, and is whole.
    """

    text: str
    word: str
    told: str
    is_selector: bool = False


class Offers(NamedTuple):
    """What may be typed next, and one sentence where there is more of it; else nothing."""

    offers: tuple[Offer, ...]
    more: str


def typed(text: str) -> Typed:
    """What is typed so far."""
    rest = text.strip().removeprefix("{").removesuffix("}").strip()
    matchers = []
    while found := _MATCHER.match(rest):
        matchers.append(f'{found[1]}{found[2]}"{found[3]}"')
        rest = rest[found.end() :]
    if value := _VALUE.fullmatch(rest):
        return Typed(tuple(matchers), value[1], value[2], value[3])
    return Typed(tuple(matchers), "", "", rest.strip(' ,"'))


def offers(so_far: Typed, labels: Sequence[str], values: Sequence[str], service: str) -> Offers:
    """What may come next, what is typed first where it is whole.

    `values` are those of the label that is begun, or of `service`, the label that says which program it is.
    """
    wanted = so_far.begun.casefold()
    of_values = _some(values, lambda value: wanted in value.casefold())
    of_labels = _some(
        () if so_far.label else labels,
        lambda name: wanted in name.casefold() and not so_far.has(name) and not name.startswith("__"),
    )
    more = ""
    if max(len(of_values), len(of_labels)) > _MOST:
        more = f"There are more than these {_MOST}: type more of the one that is meant."
    elif max(len(labels), len(values)) > MOST_NAMES:
        more = f"Only {MOST_NAMES} names of the server are looked through: select by another label, or type all of it."
    return Offers(tuple(_offers(so_far, of_labels[:_MOST], of_values[:_MOST], service)), more)


def _some(names: Iterable[str], is_meant: Callable[[str], bool]) -> list[str]:
    """Those that are meant; of more than anyone looks through, one too many."""
    return list(islice(filter(is_meant, names), _MOST + 1))


def _offers(so_far: Typed, labels: Iterable[str], values: Iterable[str], service: str) -> Iterator[Offer]:
    if so_far.is_whole:
        told = "all of them" if not so_far.matchers else "what is selected"
        yield Offer(so_far.selector, so_far.selector, told, is_selector=True)
    label, operator = (so_far.label, so_far.operator) if so_far.label else (service, "=")
    for value in values:
        yield Offer(_with(so_far, f"{label}{operator}{json.dumps(value, ensure_ascii=False)}") + "}", value, label)
    if so_far.label and so_far.begun:  # a pattern, or a value that the server has not told
        whole = f"{so_far.label}{so_far.operator}{json.dumps(so_far.begun, ensure_ascii=False)}"
        yield Offer(_with(so_far, whole) + "}", so_far.begun, f"{so_far.label}{so_far.operator}")
    for name in labels:
        yield Offer(_with(so_far, f'{name}="'), name, "label")


def service_of(labels: Iterable[str]) -> str:
    """The label that says which program it is; the likeliest where none is known."""
    known = set(labels)
    return next((name for name in SERVICES if name in known), SERVICES[0])


def _with(so_far: Typed, more: str) -> str:
    return "{" + ", ".join((*so_far.matchers, more))
