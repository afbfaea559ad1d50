-- What a person sees in Neovim once the example's figures are there, printed as one JSON object.
-- Each step waits for what it needs; one that does not come ends the run with its name.

local function await(what, condition)
  if not vim.wait(60000, condition, 20) then
    io.stderr:write(what .. ' did not come\n')
    vim.cmd.cquit()
  end
end

local source = vim.api.nvim_get_current_buf()

local function lens_on(line)
  return vim.iter(vim.lsp.codelens.get(0)):find(function(lens)
    return lens.range.start.line == line
  end)
end

await('a hint', function() return #vim.lsp.inlay_hint.get({ bufnr = 0 }) > 0 end)
local hints = vim.iter(vim.lsp.inlay_hint.get({ bufnr = 0 })):map(function(it)
  local label = it.inlay_hint.label
  local text = type(label) == 'string' and label or vim.iter(label):map(function(part) return part.value end):join('')
  return ('%d: %s'):format(it.inlay_hint.position.line + 1, text)
end):totable()

await('a diagnostic', function() return #vim.diagnostic.get(0) > 0 end)
local diagnostics = vim.iter(vim.diagnostic.get(0)):map(function(it)
  return ('%d: %s %s'):format(it.lnum + 1, it.code, it.source)
end):totable()

local func = vim.fn.search([[^func (s \*Sessions) Open]])
vim.api.nvim_exec_autocmds('CursorHold', { buffer = 0 })
await('a lens', function() return lens_on(func - 1) ~= nil end)
local lens = lens_on(func - 1).command.title

vim.lsp.codelens.run()
await('the call tree', function() return vim.api.nvim_get_current_buf() ~= source end)
local tree = vim.api.nvim_buf_get_lines(0, 0, -1, false)

io.stdout:write(vim.json.encode({ hints = hints, diagnostics = diagnostics, lens = lens, tree = tree }), '\n')
vim.cmd('qall!')
