-- What is offered when a profile of the fleet is picked, and the figures then, printed as one JSON object.
local seen, told = { offered = {} }, {}

local function await(what, condition)
  if not vim.wait(60000, condition, 20) then
    io.stderr:write(what .. ' did not come; told: ' .. table.concat(told, '; ') .. '\n')
    vim.cmd.cquit()
  end
end

vim.notify = function(text) table.insert(told, text) end
local wanted
vim.ui.select = function(items, options, done)
  local rows = vim.tbl_map(options.format_item or tostring, items)
  table.insert(seen.offered, rows)
  local words = table.remove(wanted, 1)
  for i, row in ipairs(rows) do
    if row:find(words, 1, true) then
      return done(items[i], i)
    end
  end
  done(nil)
end

local function figure_of(line)
  local found = vim.iter(vim.lsp.inlay_hint.get({ bufnr = 0 })):find(function(it)
    return it.inlay_hint.position.line + 1 == line
  end)
  return found and ('%d: %s'):format(line, vim.iter(found.inlay_hint.label):map(function(part) return part.value end):join(''))
end

await('the server', function() return #vim.lsp.get_clients({ name = 'pprof_lens' }) > 0 end)
await('its start', function() return vim.lsp.get_clients({ name = 'pprof_lens' })[1].initialized end)

wanted = { 'production', 'memory  alloc', 'leaky', 'Load', 'Last hour' }
vim.cmd('PprofLens fetch')
await('figures', function() return figure_of(49) end)
seen.loaded = figure_of(49)

wanted = { 'production', 'memory  alloc', 'leaky', 'Load', 'Last 15 minutes' }
vim.cmd('PprofLens fetch compare')
await('the difference', function() return (figure_of(49) or ''):find('+', 1, true) end)
seen.compared = figure_of(49)

io.stdout:write(vim.json.encode(seen), '\n')
vim.cmd('qall!')
