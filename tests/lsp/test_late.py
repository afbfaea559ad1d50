"""lsprotocol's classes are those that they always were, only later."""

import re
import subprocess
import sys

import pytest

TOLD = """
import inspect, attrs
from lsprotocol import types
for name, of in list(types.ALL_TYPES_MAP.items()):
    if isinstance(of, type) and attrs.has(of):
        attrs.resolve_types(of, types.ALL_TYPES_MAP, {})
        print(name, inspect.signature(of), attrs.fields(of), of.__hash__)
"""

USED = """
from lsprotocol.types import Position, Range, TextDocumentPositionParams, TextDocumentIdentifier, HoverParams
at = HoverParams(TextDocumentIdentifier("file:///main.go"), Position(2, 1))
print(at, at == HoverParams(at.text_document, Position(2, 1)), at == HoverParams(at.text_document, Position(2, 2)))
from lsprotocol.converters import get_converter
sent = get_converter().unstructure(at)
print(sent, get_converter().structure(sent, HoverParams) == at)
try:
    HoverParams(position=Position(-1, 0))
except ValueError as error:
    print(error)
"""

AT_ONCE = """
import sys, threading, attrs
from lsprotocol import types
sys.setswitchinterval(1e-6)
classes = [of for of in types.ALL_TYPES_MAP.values() if isinstance(of, type)]
begin = threading.Barrier(4)
def use():
    begin.wait()
    for of in classes:
        attrs.has(of)
threads = [threading.Thread(target=use) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print([[a.default for a in attrs.fields(of)] for of in classes if attrs.has(of)])
"""

UNUSED = """
from pprof_lens.lsp import start
from pprof_lens.lsp.late import is_late
from lsprotocol import types
start.made()
classes = [of for of in types.ALL_TYPES_MAP.values() if isinstance(of, type)]
print(sum(map(is_late, classes)) > 500)
"""


def said(script: str) -> str:
    told = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    return re.sub(r" at 0x\w+", "", told)


@pytest.mark.parametrize("script", [TOLD, USED, AT_ONCE])
def test_each_class_is_as_if_it_had_been_finished_at_once(script: str) -> None:
    plain = said(script)
    assert plain
    assert said(f"import pprof_lens.lsp\n{script}") == plain


def test_a_server_starts_without_finishing_what_it_does_not_use() -> None:
    assert said(UNUSED) == "True\n"


def test_classes_that_were_imported_before_stay_as_they_are() -> None:
    script = "from lsprotocol import types; import pprof_lens.lsp; from pprof_lens.lsp.late import is_late"
    assert said(f"{script}; print(is_late(types.HoverParams), types.HoverParams.__slots__)").startswith("False (")
