-- What is offered when a profile of the fleet is picked, and the figures then, printed as one JSON object.
local steps = dofile(vim.fs.joinpath(vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2)), 'steps.lua'))
local seen, await = { offered = steps.offered }, steps.await

local function figure_of(line)
  local found = vim.iter(vim.lsp.inlay_hint.get({ bufnr = 0 })):find(function(it)
    return it.inlay_hint.position.line + 1 == line
  end)
  return found and ('%d: %s'):format(line, vim.iter(found.inlay_hint.label):map(function(part) return part.value end):join(''))
end

await('the server', function() return #vim.lsp.get_clients({ name = 'pprof_lens' }) > 0 end)
await('its start', function() return vim.lsp.get_clients({ name = 'pprof_lens' })[1].initialized end)

steps.picks = { 'production', 'memory  alloc', 'leaky', 'Load', 'Last hour' }
vim.cmd('PprofLens fetch')
await('figures', function() return figure_of(49) end)
seen.loaded = figure_of(49)

steps.picks = { 'production', 'memory  alloc', 'leaky', 'Load', 'Last 15 minutes' }
vim.cmd('PprofLens fetch compare')
await('the difference', function() return (figure_of(49) or ''):find('+', 1, true) end)
seen.compared = figure_of(49)

io.stdout:write(vim.json.encode(seen), '\n')
vim.cmd('qall!')
