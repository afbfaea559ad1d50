-- How Neovim starts the server; `vim.lsp.config('pprof_lens', {...})` changes any of it.
return {
  cmd = { 'pprof-lens', 'lsp' },
  filetypes = { 'go' },
  root_markers = { 'go.work', 'go.mod', '.git' },
}
