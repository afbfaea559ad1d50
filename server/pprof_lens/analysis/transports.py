"""Which Transport an HTTP request goes through, by the text: one of its own keeps its connections open for itself.

Text in, a line out; of a text that is not known nothing is claimed.
"""

import re

from pprof_lens.analysis.gotext import LONGEST_FUNCTION, SourceLine, lines_of_package
from pprof_lens.profile.stacks import Frame
from pprof_lens.source.symbols import package_of

_MADE = re.compile(r"\bhttp\.Transport\{|^(?=(.*?\bDefaultTransport\b))\1.*\.Clone\(\)")
_SHARED = re.compile(r"\bhttp\.(?:Get|Head|Post|PostForm|DefaultClient\.\w+)\(")
_ASKS = r"\.(?:Get|Head|Post|PostForm|Do)\("
_BY = re.compile(rf"\b(\w+)\([^()]*\){_ASKS}")
_OF = re.compile(rf"\b(\w+){_ASKS}")
_FUNCTION = re.compile(r"func (\w+)(?:\[[^\]]*\])?\(")


def is_shared(frame: Frame, source_line: SourceLine) -> bool:
    """Whether the request goes through the one that all share, which keeps two connections a host."""
    return bool(_SHARED.search(source_line(frame.file, frame.line) or ""))


def transport_of(frame: Frame, source_line: SourceLine) -> Frame:
    """The line that makes the Transport: above the call in its function, or in a function of the package that made
    the client. The call itself where there is none.
    """
    text = source_line(frame.file, frame.line) or ""
    by, of = _BY.search(text), _OF.search(text)
    maker = by[1] if by else ""
    for line in range(frame.line, max(0, frame.line - LONGEST_FUNCTION), -1):
        above = source_line(frame.file, line)
        if above is None or (above.startswith("func ") and line < frame.line):
            break
        if _MADE.search(above):
            return frame._replace(line=line)
        if not maker and of and (made := re.search(rf"\b{of[1]}(?:, *\w+)* *:?= *(\w+)\(", above)):
            maker = made[1]
    return _made_by(maker, frame, source_line) if maker else frame


def _made_by(maker: str, frame: Frame, source_line: SourceLine) -> Frame:
    function = ""
    for file, number, text in lines_of_package(frame.file, source_line):
        if text.startswith("func "):
            head = _FUNCTION.match(text)
            function = head[1] if head is not None else ""
        if function == maker and _MADE.search(text):
            return Frame(f"{package_of(frame.function)}.{maker}", file, number)
    return frame
