"""Why a line allocates, in one sentence a value: the compiler's reason, or what the text of the line tells of it.

Expressions are the compiler's, which quotes the source; they are made plain and short, and stand in code spans.
"""

import re
from collections.abc import Callable, Collection, Sequence

from pprof_lens.profile.plain import plain
from pprof_lens.source.reasons import Explained, Function, NotInlined, Place, Reason, Step

_LONGEST = 60
_LONGEST_LINE = 1000
_MOST = 4

FunctionAt = Callable[[Step], Function | None]
"""The innermost function that a step is in; None where that is not known."""

_VALUE = re.compile(r'[\w.]+(?:\[[^\]]*\])?|"[^"]*"')
"""A variable, a field, an element or a constant: what is copied to the heap only as an interface needs it there."""

_OF_SIZE = {
    "too large for stack": "it is too large for the stack",
    "non-constant size": "its size is not constant",
}
_WHERE_IT_GOES = {
    "assign": "it is kept by {}",
    "assign-pair": "it is kept by {}",
    "assign-pair-dot-type": "it is kept by {}",
    "call parameter": "it is passed to {}, which may keep it",
    "receiver in indirect call": "its method is called through an interface in {}, which may keep it",
    "address-of": "its address is taken in {}",
    "captured by a closure": "{} is captured by a closure that outlives it",
    "interface-converted": "it is put into an interface in {}",
    "key of map put": "the map keeps it as a key in {}",
    "value of map put": "the map keeps it in {}",
    "map literal key": "the map keeps it as a key",
    "map literal value": "the map keeps it",
    "send": "it is sent to whoever receives in {}",
    "slice-literal-element": "it is an element of {}",
    "struct literal element": "it is a field of {}",
    "array literal element": "it is an element of {}",
    "appended to slice": "it is appended in {}",
    "appendee slice": "it is appended to in {}",
    "panic": "it is the value of a panic",
    "star-assign": "it is kept behind a pointer by {}",
    "star-dot-equals": "it is kept behind a pointer by {}",
    "dot-equals": "it is kept in a field by {}",
    "slice-element-equals": "it is kept in a slice by {}",
}
_OF_TEXT: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"\bmake\(\s*chan\b"), "a channel is always on the heap"),
    (re.compile(r"\bgo\s+(?:func\b|[\w.]+\()"), "starting a goroutine allocates what it is given"),
    (re.compile(r"\bappend\("), "append makes a larger array once the capacity is used up"),
    (re.compile(r"[\w)\]]\[[^\]]+\]\s*(?:=[^=]|\+\+|--|[-+*/|&^]=)"), "a map that takes a new key may have to grow"),
    (re.compile(r"\bmake\("), "what make returns is made at run time where its size is only known there"),
    (re.compile(r"\[\](?:byte|rune)\(|\bstring\("), "the conversion copies what it converts"),
    (re.compile(r"[\"`\w)\]]\s*\+=?\s*[\"`\w(]"), "putting strings together makes a new one"),
)
_NOT_INLINED: Sequence[tuple[re.Pattern[str], str]] = (
    (
        re.compile(r"function too complex: cost (\d+) exceeds budget (\d+)"),
        "it costs {}, and what costs more than {} is not",
    ),
    (re.compile(r"marked (go:\w+).*"), "it is marked `//{}`"),
    (re.compile(r"unhandled op DEFER"), "it has a `defer`"),
    (re.compile(r"unhandled op GO"), "it starts a goroutine"),
    (re.compile(r"call to (\S+)"), "it calls `{}`"),
    (re.compile(r"no function body"), "it is not written in Go"),
)
_CALL_NOT_INLINED: Sequence[tuple[re.Pattern[str], str]] = (
    (
        re.compile(r"cost (\d+) of (\S+) exceeds max caller cost (\d+)"),
        "`{1}` is not inlined here: it costs {0}, and here what costs more than {2} is not",
    ),
    (
        re.compile(r"(?:repeated recursive cycle|recursive call) to (\S+)"),
        "`{}` is not inlined here once more: it calls itself",
    ),
    (re.compile(r"(\S+) cannot be inlined"), "`{}` is not inlined"),
)
_LEAVES = re.compile(r"(?:\breturn\s|\brange\s|(?<![=!<>])=(?!=)|[,:])\s*(\w+)\s*(?=[,{}]|//|$)")
"""A variable as a whole that is returned, walked through or given to another one."""

_MOVED = "append may have begun {} on the stack, from which it has to move where more than one variable holds it"
_IN_A_CALL = "what allocates is in a call on this line, compiled into it or made by the runtime"


def of_line(of: Explained, line: int, text: str) -> tuple[str, ...]:
    """Why a line, from 1, allocates, by its text alone where the compiler has no reason, and what is not inlined there.

    The text is the line's as it is now.
    """
    found, calls, function_at = of.by_line.get(line, ()), of.calls.get(line, ()), of.function_at
    own_first = sorted(found, key=lambda reason: reason.called is not None)
    told = dict.fromkeys(sentence(reason, function_at) for reason in own_first)
    if len(told) > _MOST:
        told = dict.fromkeys((*list(told)[:_MOST], f"and {len(told) - _MOST} more"))
    if not told:
        told = {f"The compiler gives no reason here: {_by_text(text, of.grown(line))}.": None}
    return (*told, *list(dict.fromkeys(map(_of_call, calls)))[:_MOST])


def sentence(reason: Reason, function_at: FunctionAt) -> str:
    """`&Session{...}` escapes to heap: it flows into the result of newSession, called at cache.go:31."""
    called = f", called at {_named(reason.called)}" if reason.called is not None else ""
    return f"{_code(reason.what)} escapes to heap: {_why(reason, function_at)}{called}."


def places(reason: Reason) -> tuple[Place, ...]:
    """Where its flow leads, each line once, those of the value itself left out."""
    flow = (*(step.at for step in reason.steps), *((reason.called,) if reason.called is not None else ()))
    return tuple(dict.fromkeys(at for at in flow if at != reason.at and at.line > 0 and at.path.endswith(".go")))


def _why(reason: Reason, function_at: FunctionAt) -> str:
    for step in reason.steps:
        if step.how in _OF_SIZE:
            return _OF_SIZE[step.how]
    captured = next((step for step in reason.steps if step.how == "captured by a closure"), None)
    if captured is not None and captured.expression == reason.what:
        return f"it is captured by the closure at {_named(captured.at)}, which outlives it"
    flow = [step for step in reason.steps if step.how != "spill"]
    goes = _goes(flow[-1], function_at) if flow else "it is kept beyond this call"
    is_converted = len(flow) < len(reason.steps) and reason.steps[0].expression == reason.what
    return f"put into an interface, {goes}" if is_converted and _VALUE.fullmatch(reason.what) else goes


def _goes(step: Step, function_at: FunctionAt) -> str:
    if step.how == "return":
        return f"it flows into the result{_of_function(function_at(step))}"
    words = _WHERE_IT_GOES.get(step.how)
    if words is None:
        return f"it flows through {_code(step.expression)} ({_short(step.how)})"
    return words.format(_code(step.expression))


def _of_function(function: Function | None) -> str:
    """Whose result it is, and why that is not inlined: where it was, the value might stay on its caller's stack."""
    if function is None:
        return ""
    whose = _code(function.name) if function.name else f"the function literal of line {function.line}"
    why = _said(function.not_inlined, _NOT_INLINED)
    return f" of {whose}, which is not inlined: {why}" if why else f" of {whose}"


def _of_call(call: NotInlined) -> str:
    return f"{_said(call.why, _CALL_NOT_INLINED)}."


def _said(message: str, known: Sequence[tuple[re.Pattern[str], str]]) -> str:
    """What the compiler says in words of ours; its own where it is none that is known."""
    found = ((pattern.fullmatch(message), words) for pattern, words in known)
    ours = (
        words.format(*(_short(group.rpartition("/")[2]) for group in match.groups()))
        for match, words in found
        if match is not None
    )
    return next(ours, _short(message))


def _by_text(text: str, grown: Collection[str]) -> str:
    begin = text[:_LONGEST_LINE]
    known = next((words for pattern, words in _OF_TEXT if pattern.search(begin)), None)
    if known is not None:
        return known
    leaves = next((found[1] for found in _LEAVES.finditer(begin) if found[1] in grown), None)
    return _IN_A_CALL if leaves is None else _MOVED.format(_code(leaves))


def _named(at: Place) -> str:
    return f"{plain(at.path.rpartition('/')[2])}:{at.line}"


def _code(expression: str) -> str:
    return f"`{_short(expression)}`"


def _short(text: str) -> str:
    shown = plain(text).replace("`", "'")
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
