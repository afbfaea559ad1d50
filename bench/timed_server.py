"""The language server with a clock around what editors ask; writes the seconds of each answer to a file."""

import inspect
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from pprof_lens.lsp import start
from pprof_lens.lsp.features import documents, hints, hover, lenses

TIMED = ((hints, "inlay_hint"), (lenses, "code_lens"), (hover, "hover_text"), (documents, "did_change"))

seconds: dict[str, list[float]] = defaultdict(list)


def timed(name: str, handler: Callable[..., Any]) -> Callable[..., Any]:
    """The handler, with the time from its call to its answer added to `seconds`."""

    @wraps(handler)
    async def clocked(*arguments: object) -> object:
        begin = time.perf_counter()
        answer = handler(*arguments)
        if inspect.isawaitable(answer):
            answer = await answer
        seconds[name].append(time.perf_counter() - begin)
        return answer

    return clocked


if __name__ == "__main__":
    for feature, name in TIMED:
        setattr(feature, name, timed(name, getattr(feature, name)))
    start.start_stdio()
    Path(sys.argv[1]).write_text(json.dumps(seconds))
