-- What stands in one buffer of both servers, printed as one JSON object. A step that does not come ends the run.
local function await(what, condition)
  if not vim.wait(120000, condition, 20) then
    io.stderr:write(what .. ' did not come\n')
    vim.cmd.cquit()
  end
end

local function hints_of(name)
  return vim.iter(vim.lsp.inlay_hint.get({ bufnr = 0 })):filter(function(it)
    return vim.lsp.get_client_by_id(it.client_id).name == name
  end):map(function(it)
    local label = it.inlay_hint.label
    local text = type(label) == 'string' and label or vim.iter(label):map(function(part) return part.value end):join('')
    return ('%d: %s'):format(it.inlay_hint.position.line + 1, text)
  end):totable()
end

await('both servers', function()
  return vim.iter({ 'gopls', 'pprof_lens' }):all(function(name)
    local client = vim.lsp.get_clients({ name = name })[1]
    return client and client.initialized
  end)
end)
vim.cmd('PprofLens load profiles/heap.pprof')
await('hints of both', function() return #hints_of('gopls') > 0 and #hints_of('pprof_lens') > 0 end)

vim.fn.search([[history:  make]])
local hovers = {}
vim.lsp.buf_request_all(0, 'textDocument/hover', function(client)
  return vim.lsp.util.make_position_params(0, client.offset_encoding)
end, function(answers)
  for id, answer in pairs(answers) do
    hovers[vim.lsp.get_client_by_id(id).name] = answer.result and answer.result.contents.value
  end
end)
await('hovers of both', function() return hovers.gopls and hovers.pprof_lens end)
local seen = { gopls = hints_of('gopls'), pprof_lens = hints_of('pprof_lens'), hovers = hovers }
io.stdout:write(vim.json.encode(seen), '\n')
vim.cmd('qall!')
