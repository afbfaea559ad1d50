"""Quick fixes for leaks: silence one by a comment, or in our own client by its setting, and show its stacks; and the
action of a package.
"""

from lsprotocol import types

from pprof_lens.annotate.findings import CODES
from pprof_lens.lsp import convert
from pprof_lens.lsp.server import ProfileServer

EXPLAIN = "source.explainAllocations"
"""The kind of a package's action."""


def register(server: ProfileServer) -> None:
    """Answer what editors ask where a problem is."""
    kinds = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix, EXPLAIN])
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, kinds)(code_action)


def code_action(ls: ProfileServer, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    uri = params.text_document.uri
    fixes = []
    for problem in params.context.diagnostics:
        columns = ls.backend.files.code_columns(uri, problem.range.start.line)
        if problem.source != convert.SOURCE or problem.code not in CODES:
            continue
        if columns is not None:
            fixes.append(convert.silencing(uri, problem, columns[1]))
        if ls.is_ours:
            fixes += convert.ignoring(problem)
        fixes += filter(None, (convert.showing_stacks(problem),))
    can_explain = ls.backend.reasons.can_ask() and uri.endswith(".go")
    if can_explain and _wants_actions_of_source(params.context):
        fixes.append(convert.explaining(uri, EXPLAIN))
    return fixes or None


def _wants_actions_of_source(asked: types.CodeActionContext) -> bool:
    if asked.only is None:
        return not asked.diagnostics
    kinds = [kind for kind in asked.only if isinstance(kind, str)]  # lsprotocol lets numbers through
    return any(EXPLAIN.startswith(kind) for kind in kinds)
