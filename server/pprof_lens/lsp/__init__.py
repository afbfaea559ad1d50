"""The language server; whatever of it is imported first, lsprotocol is imported in the quick way."""

from pprof_lens.lsp import late

late.import_types()
