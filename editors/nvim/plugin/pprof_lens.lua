-- :PprofLens, with a subcommand for each thing that the server does, and figures where Go is edited.
if vim.g.loaded_pprof_lens then
  return
end
vim.g.loaded_pprof_lens = true

vim.api.nvim_create_user_command('PprofLens', function(given)
  require('pprof_lens').run(given.fargs)
end, {
  nargs = '+',
  desc = 'Go profiles on the code',
  complete = function(typed, line)
    return require('pprof_lens').complete(typed, line)
  end,
})

vim.api.nvim_create_autocmd('LspAttach', {
  group = vim.api.nvim_create_augroup('pprof_lens', {}),
  callback = function(event)
    require('pprof_lens').attached(event.buf, event.data.client_id)
  end,
})

vim.lsp.enable('pprof_lens')
