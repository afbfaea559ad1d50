-- What the scripts beside it share: what is told and offered, what is picked of it, and that a step which does not come
-- ends the run with its name.
local steps = { told = {}, offered = {}, picks = {} }

function steps.await(what, condition)
  if not vim.wait(60000, condition, 20) then
    io.stderr:write(what .. ' did not come; told: ' .. table.concat(steps.told, '; ') .. '\n')
    vim.cmd.cquit()
  end
end

vim.notify = function(text) table.insert(steps.told, text) end

-- Of each list the row that has the next of `picks` in it.
vim.ui.select = function(items, options, done)
  local rows = vim.tbl_map(options.format_item or tostring, items)
  table.insert(steps.offered, rows)
  local words = table.remove(steps.picks, 1)
  for i, row in ipairs(rows) do
    if row:find(words, 1, true) then
      return done(items[i], i)
    end
  end
  done(nil)
end

return steps
