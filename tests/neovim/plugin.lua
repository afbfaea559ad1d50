-- What each command of editors/nvim shows on the example, printed as one JSON object.
local steps = dofile(vim.fs.joinpath(vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2)), 'steps.lua'))
local seen, await = {}, steps.await

local function heard(words)
  return function()
    return vim.iter(steps.told):any(function(text) return text:find(words, 1, true) ~= nil end)
  end
end

local function hints()
  return vim.iter(vim.lsp.inlay_hint.get({ bufnr = 0 })):filter(function(it)
    return vim.lsp.get_client_by_id(it.client_id).name == 'pprof_lens'
  end):map(function(it)
    local parts = vim.iter(it.inlay_hint.label):map(function(part) return part.value end):join('')
    return ('%d: %s'):format(it.inlay_hint.position.line + 1, parts)
  end):totable()
end

local function shows(line)
  return function() return vim.list_contains(hints(), line) end
end

await('the server', function() return #vim.lsp.get_clients({ name = 'pprof_lens' }) > 0 end)
await('its start', function() return vim.lsp.get_clients({ name = 'pprof_lens' })[1].initialized end)
local source = vim.api.nvim_get_current_win()

steps.picks = { 'profiles/heap.pprof' }
vim.cmd('PprofLens load')
await('figures', shows('49: 21.53MB 40.67%'))
seen.offered = vim.tbl_map(function(row) return (row:gsub('  %d+ %a+ ago$', '')) end, steps.offered[#steps.offered])

steps.picks = { 'inuse_objects' }
vim.cmd('PprofLens type')
await('the other sample type', function() return heard('inuse_objects')() and not shows('49: 21.53MB 40.67%')() end)

vim.cmd('PprofLens type inuse_space')
await('the first sample type', shows('49: 21.53MB 40.67%'))

vim.cmd('PprofLens top')
await('the top', function() return #vim.fn.getqflist() > 3 end)
local first = vim.fn.getqflist()[1]
seen.top = ('%s %s'):format(vim.fs.basename(vim.api.nvim_buf_get_name(first.bufnr)), vim.trim(first.text))
vim.cmd.cclose()

vim.api.nvim_set_current_win(source)
vim.fn.search([[history:  make]])
local buffer = vim.api.nvim_get_current_buf()
vim.cmd('PprofLens tree')
await('the call tree', function() return vim.api.nvim_get_current_buf() ~= buffer end)
seen.tree = vim.api.nvim_buf_get_lines(0, 2, 4, false)
vim.cmd('buffer ' .. buffer)

local opened
vim.ui.open = function(uri) opened = uri end
local function title_in_browser(words)
  opened = nil
  vim.cmd(words)
  await('the page', function() return opened ~= nil end)
  return table.concat(vim.fn.readfile(vim.uri_to_fname(opened))):match('<title>(.-)</title>')
end
seen.pages = { title_in_browser('PprofLens web'), title_in_browser('PprofLens web profiles/cpu.pprof') }

steps.picks = { 'series/heap-1.pprof' }
vim.cmd('PprofLens compare')
await('the difference', function() return vim.iter(hints()):any(function(it) return it:find('49: +', 1, true) end) end)
seen.compared = hints()

vim.cmd('PprofLens load nowhere.pprof')
await('the error', heard('There is no file'))

vim.cmd('PprofLens clear')
await('nothing', function() return #hints() == 0 end)

vim.cmd('PprofLens watch http://127.0.0.1:1')
await('the refusal', heard('127.0.0.1:1'))
vim.cmd('PprofLens nonsense')
seen.told = steps.told[#steps.told]
io.stdout:write(vim.json.encode(seen), '\n')
vim.cmd('qall!')
