"""What the source says of a wait: a receive told from a range, a select that has a way out, who would end it.

Text in, words out; a text that is not known says nothing, and nothing is claimed of it.
"""

import re
from collections.abc import Iterator

from pprof_lens.analysis.contexts import End, origin_of
from pprof_lens.analysis.goroutines import Wait
from pprof_lens.analysis.gotext import (
    Named,
    SourceLine,
    declared,
    function_around,
    lines_about,
    lines_of,
    loop_around,
    rest_of_function,
)
from pprof_lens.analysis.undone import cancel_of, returns_locked
from pprof_lens.profile.stacks import Frame

_TIMER_CHANNEL = re.compile(r"\.C\b|\btime\.(?:After|Tick)\(")
_AFTER = re.compile(r"case (?:.*= *)?<-time\.After\(")
_DONE = re.compile(r"\.Done\(\)")
_WAITED = re.compile(r"<-(\w+(?:\.\w+)?)\.Done\(\)")
_RANGE = re.compile(r"\brange\b")
_SELECT = re.compile(r"(\s*)(?:\w+:\s*)?select \{")
_CASE = re.compile(r"\s*(case\s.*|default):")
_RECEIVES = re.compile(r"case (?:.*=\s*)?<-")
_LEAVES = re.compile(r"\b(?:return|break \w|goto \w|panic\()")
_OWN_WAITS = (
    (re.compile(r"\bselect \{\}"), Wait.NOTHING),
    (re.compile(r"\bselect \{"), Wait.SELECT),
    (re.compile(r"\.R?Lock\(\)"), Wait.MUTEX),
    (re.compile(r"\S <- "), Wait.SEND),
    (re.compile(r"<-[\w.(]"), Wait.RECEIVE),
    (re.compile(r"\brange\b"), Wait.RANGE),
    (re.compile(r"\.Wait\(\)"), Wait.UNKNOWN),
)

_SENDS = re.compile(r"(\w+) <- (.*)")
_ROOM = r"make\(chan [^,]+,(?! *1\))"

_ENDLESS = re.compile(r"\bfor \{|; ;|\brange (?:\S+\.C\b|time\.Tick\()")
_DEADLINE = re.compile(r"\.Set(?:Read|Write)?Deadline\(")
_TIMEOUT = re.compile(r"\bTimeout:|\.Timeout =|\bcontext\.With(?:Timeout|Deadline)\w*\(")
_CHANNELS = {
    Wait.SEND: (re.compile(r"([\w.]+) <- "), r"<-(?:\w+\.)*{0}\b(?!\.)|\brange (?:\w+\.)*{0} \{{"),
    Wait.RECEIVE: (re.compile(r"<-([\w.]+)"), r"\b{0} <- |\bclose\((?:\w+\.)*{0}\)"),
    Wait.RANGE: (re.compile(r"\brange ([\w.]+)"), r"\bclose\((?:\w+\.)*{0}\)"),
    Wait.COND: (re.compile(r"([\w.]+)\.Wait\(\)"), r"\b{0}\.(?:Signal|Broadcast)\("),
}
"""How a line names what it waits for, and how another would end the wait."""

_LONGEST_CASE = 60
_OF_VARIABLE = re.compile(r"\.(?:init|glob\.)\.func[0-9]")


def cause(wait: Wait, frame: Frame, source_line: SourceLine) -> str:
    """Why those who wait here go on waiting, as a phrase."""
    text = source_line(frame.file, frame.line)
    if wait is Wait.UNKNOWN and _is_of_other_source(frame, source_line):
        return str(wait.value)
    wait = _as_written(wait, text)
    if wait is Wait.SELECT:
        return _of_select(frame, source_line)
    return _held_to_text(refined(wait, text), frame, text or "", source_line)


def _held_to_text(wait: Wait, frame: Frame, text: str, source_line: SourceLine) -> str:
    """What the wait is called, without what the source speaks against, and with the line that would end it."""
    said = wait.value
    if wait is Wait.TIMER and text and not loop_around(frame, source_line):
        return "asleep, or waiting for a timer"
    bound = _DEADLINE if wait in (Wait.NETWORK_READ, Wait.NETWORK_WRITE) else _TIMEOUT if wait is Wait.ANSWER else None
    if bound is not None and any(bound.search(line) for _, line in lines_of(frame.file, source_line)):
        return said.partition(" without")[0]
    if wait in (Wait.MUTEX, Wait.RW_MUTEX):
        left = returns_locked(frame, source_line)
        return said if left is None else f"{said}, as {_place(left, frame)} leaves with it locked"
    cancel = cancel_of(frame, source_line) if wait is Wait.CONTEXT else None
    if cancel is not None and cancel.name in ("", "_"):
        dropped = f"{said}, as line {cancel.line} drops what would"
        return dropped if cancel.name else "waiting for a context until its time is over"
    if cancel is not None:
        return said if cancel.call is None else f"{said}, though line {cancel.call} would"
    done = _WAITED.search(text) if wait is Wait.CONTEXT else None
    if done is not None:
        return _of_context(said, done[1], frame, source_line)
    end = _other_end(wait, frame, text, source_line)
    return said if end is None else f"{said}, though {_place(end, frame)} would"


def _of_context(said: str, name: str, frame: Frame, source_line: SourceLine) -> str:
    """The wait for the end of a context that another function made, with what the source says of that end."""
    origin = origin_of(name, frame, source_line)
    if origin is None:
        return said
    if origin.end is End.TIMED:
        return "waiting for a context until its time is over"
    place = _place(origin.line, frame)
    if origin.end is End.CALLED:
        return f"{said}, though {place} would"
    return f"{said}, as {place} {'drops what would' if origin.end is End.DROPPED else 'has context.Background()'}"


def _place(line: Frame, frame: Frame) -> str:
    """How to tell that line to who is in the other one's file."""
    return f"line {line.line}" if line.file == frame.file else f"{line.file.rpartition('/')[2]}:{line.line}"


def is_generator(frame: Frame, source_line: SourceLine) -> bool:
    """Whether the line stands in an endless loop, as of who hands out numbers or tokens to those that ask for them."""
    return bool(_ENDLESS.search(loop_around(frame, source_line)))


def _other_end(wait: Wait, frame: Frame, text: str, source_line: SourceLine) -> Frame | None:
    """The first other line that receives, sends or closes what is waited for: a field in its package, else near by."""
    named, ends = _CHANNELS.get(wait, (None, ""))
    found = named.search(text) if named is not None else None
    if found is None:
        return None
    pattern = re.compile(ends.format(re.escape(found[1].rpartition(".")[2])))
    first, around = function_around(frame, source_line)
    near = ((frame.file, number, line) for number, line in enumerate(around, first))
    is_field = "." in found[1] and around
    lines = lines_about(Named.of(found[1], frame.file, around[0]), source_line) if is_field else near
    ends_it = (
        frame._replace(file=file, line=number)
        for file, number, line in lines
        if (file, number) != (frame.file, frame.line) and pattern.search(line.partition("//")[0])
    )
    return next(ends_it, None)


def of_leaf(wait: Wait, leaf: Frame, frame: Frame, source_line: SourceLine) -> Wait:
    """What a goroutine waits for whose leaf is the program's own line: the text of a profile (`debug=1`) leaves out
    the runtime's frames, which say it elsewhere, and the line says it instead. A select with a timeout of its own ends.
    """
    if wait is Wait.SELECT and any(_AFTER.search(words) for words, _ in _cases(frame, source_line)):
        return Wait.TIMER
    if wait is not Wait.UNKNOWN or leaf != frame or _is_of_other_source(frame, source_line):
        return wait
    return _as_written(wait, source_line(frame.file, frame.line))


def _is_of_other_source(frame: Frame, source_line: SourceLine) -> bool:
    """Whether another function stands around the line, as in the source of another version of Go or of a library.

    Above a literal that a variable of the package has stands any function.
    """
    if _OF_VARIABLE.search(frame.function):
        return False
    head = function_around(frame, source_line)[1][:1]
    words = re.findall(r"\w+", declared(head[0])) if head else []
    return bool(words) and words[-1] not in re.findall(r"\w+", frame.function)


def _as_written(wait: Wait, text: str | None) -> Wait:
    if wait is not Wait.UNKNOWN or text is None:
        return wait
    return next((known for pattern, known in _OWN_WAITS if pattern.search(text)), wait)


def refined(wait: Wait, text: str | None) -> Wait:
    """The wait of a receiver, told more closely by the text of its line; None where that is not known."""
    if text is None or wait not in (Wait.RECEIVE, Wait.RECEIVE_OR_RANGE):
        return wait
    if _TIMER_CHANNEL.search(text):
        return Wait.TIMER
    if _DONE.search(text):
        return Wait.CONTEXT
    return Wait.RANGE if _RANGE.search(text) else Wait.RECEIVE


def has_room(frame: Frame, source_line: SourceLine) -> bool:
    """Whether the channel that this line sends on is made with room for several: a queue that is full, a semaphore."""
    sends = _SENDS.search(source_line(frame.file, frame.line) or "")
    if sends is None:
        return False
    made = rf"\b{sends[1]}\b.*{_ROOM}" + (r"|make\(chan struct\{\},(?! *1\))" if "struct{}{}" in sends[2] else "")
    return any(re.search(made, text) for _, text in lines_of(frame.file, source_line))


def _of_select(frame: Frame, source_line: SourceLine) -> str:
    cases = dict(_cases(frame, source_line))
    received = ((words, leaves) for words, leaves in cases.items() if _RECEIVES.match(words))
    goes_on = is_generator(frame, source_line)
    out = next((words for words, leaves in received if leaves or (not goes_on and _DONE.search(words))), None)
    if out is not None:
        said = f"in a select whose way out, `{out[:_LONGEST_CASE]}`, nobody uses"
        waited = _WAITED.search(out)
        origin = origin_of(waited[1], frame, source_line) if waited is not None else None
        is_root = origin is not None and origin.end is End.NEVER
        return f"{said}, as {_place(origin.line, frame)} has context.Background()" if origin and is_root else said
    if (done := next(filter(_DONE.search, cases), None)) is not None:
        return f"in a select whose `{done[:_LONGEST_CASE]}` does not leave its loop"
    if cases and "default" not in cases and not any(cases.values()):
        return "in a select without a way out, such as a case for ctx.Done()"
    return Wait.SELECT.value


def _cases(frame: Frame, source_line: SourceLine) -> Iterator[tuple[str, bool]]:
    """The cases of the select at that line, and of each whether it leaves the function or the loop."""
    lines = rest_of_function(frame, source_line)
    opening = _SELECT.match(next(lines, (0, ""))[1])
    if opening is None:
        return
    words, leaves, indent = "", False, opening[1]
    for _, text in lines:
        found = _CASE.match(text)
        is_end = text.rstrip() == f"{indent}}}"
        is_case = found is not None and text.startswith((f"{indent}case ", f"{indent}default:"))
        if words and (is_end or is_case):
            yield words, leaves
        if is_end:
            return
        if found is not None and is_case:
            words, leaves = found[1], False
        leaves = leaves or bool(_LEAVES.search(text))
