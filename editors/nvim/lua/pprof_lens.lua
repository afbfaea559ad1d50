-- What the server of Pprof Lens does, as commands of Neovim. Asks, lists and shows; knows nothing of profiles.
local M = {}

local NAME = 'pprof_lens'

local function say(text, level)
  vim.notify('Pprof Lens: ' .. text, level or vim.log.levels.INFO)
end

local function client()
  local here = vim.lsp.get_clients({ name = NAME, bufnr = 0 })[1]
  return here or vim.lsp.get_clients({ name = NAME })[1]
end

-- Has the server run a command, and gives its answer to `done`; what fails is told in the server's sentence.
local function ask(command, argument, done)
  local server = client()
  if not server then
    return say('open a Go file first, the server starts with it', vim.log.levels.WARN)
  end
  local sent = { command = 'pprofLens.server.' .. command, arguments = { next(argument) and argument or vim.empty_dict() } }
  server:request('workspace/executeCommand', sent, function(failure, answer)
    if failure then
      say(failure.message, vim.log.levels.ERROR)
    elseif done then
      done(answer)
    end
  end)
end

local function loaded(done)
  ask('status', {}, function(status)
    if status.profile == vim.NIL or not status.profile then
      return say('load a profile first', vim.log.levels.WARN)
    end
    done(status)
  end)
end

local function age(seconds)
  local since = math.max(0, os.time() - seconds)
  for _, unit in ipairs({ { 86400, 'd' }, { 3600, 'h' }, { 60, 'min' } }) do
    if since >= unit[1] then
      return ('%d %s ago'):format(since / unit[1], unit[2])
    end
  end
  return 'now'
end

local function row(profile)
  local figures = ('%s %s %s'):format(profile.kind, profile.sampleType, profile.total)
  return ('%s  %s  %s'):format(profile.name, vim.trim(figures), age(profile.takenSeconds))
end

local function pick(prompt, done)
  ask('profiles', {}, function(answer)
    if #answer.profiles == 0 then
      return say('no profile in this workspace; give a path or an address')
    end
    vim.ui.select(answer.profiles, { prompt = prompt, format_item = row }, function(chosen)
      if chosen then
        done(chosen.path)
      end
    end)
  end)
end

local function given_or_picked(sources, prompt, done)
  if #sources > 0 then
    done(#sources == 1 and sources[1] or sources)
  else
    pick(prompt, done)
  end
end

local RANGES = {
  { told = 'Last 15 minutes', from = 'now-15m' },
  { told = 'Last hour', from = 'now-1h' },
  { told = 'Last 24 hours', from = 'now-24h' },
  { told = 'Last 7 days', from = 'now-7d' },
}

local function choose(items, prompt, words, done)
  vim.ui.select(items, { prompt = prompt, format_item = words }, function(item)
    if item then
      done(item)
    end
  end)
end

local function fleet_address(source, query, from)
  return ('fleet://%s?query=%s&from=%s'):format(source, vim.uri_encode(query, 'rfc3986'), from)
end

-- What the server says may come next behind the text, until what is chosen is a whole selector.
local function pick_selector(source, type, text, done)
  ask('fleetOffers', { source = source, type = type, text = text }, function(answer)
    if answer.more ~= '' then
      say(answer.more)
    end
    choose(answer.offers, text == '' and 'Which service?' or text, function(offer)
      return ('%s%s  %s'):format(offer.isSelector and 'Load ' or '', offer.label, offer.told)
    end, function(offer)
      if offer.isSelector then
        done(offer.text)
      else
        pick_selector(source, type, offer.text, done)
      end
    end)
  end)
end

-- An address of a server of the fleet: which server, which profile, of what, of which time.
local function pick_of_fleet(done)
  ask('fleet', {}, function(answer)
    if #answer.servers == 0 then
      return say('the setting sources names no server', vim.log.levels.WARN)
    end
    choose(answer.servers, 'Source', function(server) return ('%s  %s  %s'):format(server.name, server.kind, server.url) end, function(server)
      local source = fleet_address(server.name, '', 'now-24h')
      ask('fleetTypes', { source = source }, function(found)
        if found.more ~= '' then
          say(found.more)
        end
        choose(found.types, 'Profile', function(type) return type.label .. '  ' .. type.told end, function(type)
          pick_selector(source, type.query, '', function(selector)
            choose(RANGES, 'Of which time?', function(range) return range.told end, function(range)
              done(fleet_address(server.name, type.query .. selector, range.from))
            end)
          end)
        end)
      end)
    end)
  end)
end

local function tell_loaded(answer)
  local type = answer.profile.sample_type.type
  say(('%s, %s, %d of %d files'):format(answer.profile.kind, type, answer.files.resolved, answer.files.total))
end

local commands = {}

function commands.load(sources)
  given_or_picked(sources, 'Profile', function(source)
    ask('load', { source = source }, tell_loaded)
  end)
end

local function compare_with(pick)
  loaded(function(status)
    pick(function(base)
      ask('load', { source = status.paths, base = base, sampleType = status.profile.sample_type.type }, tell_loaded)
    end)
  end)
end

function commands.compare(sources)
  compare_with(function(done) given_or_picked(sources, 'Compare with', done) end)
end

-- A profile of the fleet; `fetch compare` takes it as the base of what is loaded.
function commands.fetch(words)
  if words[1] == 'compare' then
    return compare_with(pick_of_fleet)
  end
  pick_of_fleet(function(source) ask('load', { source = source }, tell_loaded) end)
end

function commands.type(names)
  loaded(function(status)
    local function choose(type)
      if type then
        ask('selectSampleType', { type = type }, tell_loaded)
      end
    end
    if names[1] then
      return choose(names[1])
    end
    local types = vim.tbl_map(function(sample_type) return sample_type.type end, status.profile.sample_types)
    vim.ui.select(types, { prompt = 'Sample type' }, choose)
  end)
end

function commands.tree()
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  ask('showCallTree', { uri = vim.uri_from_bufnr(0), line = line })
end

function commands.top(by)
  ask('top', { by = by[1] or 'flat', limit = 50 }, function(answer)
    local items = vim.tbl_map(function(found)
      local text = ('%10s %7s  %s'):format(found.label, found.percent, found['function'])
      if not found.uri then
        return { text = text }
      end
      return { text = text, filename = vim.uri_to_fname(found.uri), lnum = found.line + 1 }
    end, answer.rows)
    vim.fn.setqflist({}, ' ', { title = 'Pprof Lens: top', items = items })
    vim.cmd.copen()
  end)
end

-- The whole profile in the browser: the file that is given, or what is loaded.
function commands.web(files)
  local source = vim.tbl_map(function(file) return vim.fn.fnamemodify(vim.fn.expand(file), ':p') end, files)
  ask('showPage', #source > 0 and { source = source } or {})
end

function commands.watch(addresses)
  local function start(url)
    if url and url ~= '' then
      ask('watch', { url = url }, function() say('watching ' .. url) end)
    end
  end
  if addresses[1] then
    start(addresses[1])
  else
    vim.ui.input({ prompt = 'Address of the program: ', default = 'http://localhost:6060' }, start)
  end
end

function commands.unwatch()
  ask('unwatch', {})
end

function commands.clear()
  ask('clear', {})
end

function M.run(words)
  local command = commands[words[1]]
  if not command then
    return say(('there is no %s; there are %s'):format(words[1], table.concat(M.complete('', 'PprofLens '), ', ')), vim.log.levels.ERROR)
  end
  command(vim.list_slice(words, 2))
end

function M.complete(typed, line)
  if #vim.split(vim.trim(line), '%s+') > (typed == '' and 1 or 2) then
    return vim.fn.getcompletion(typed, 'file')
  end
  local names = vim.tbl_filter(function(name) return vim.startswith(name, typed) end, vim.tbl_keys(commands))
  table.sort(names)
  return names
end

-- Figures and lenses in a buffer that our server looks at; lenses are asked for again where they can have moved.
function M.attached(buffer, id)
  local attached = vim.lsp.get_client_by_id(id)
  if not attached or attached.name ~= NAME then
    return
  end
  vim.lsp.inlay_hint.enable(true, { bufnr = buffer })
  vim.lsp.codelens.refresh({ bufnr = buffer })
  vim.api.nvim_create_autocmd({ 'BufEnter', 'CursorHold', 'InsertLeave' }, {
    group = vim.api.nvim_create_augroup('pprof_lens_' .. buffer, {}),
    buffer = buffer,
    callback = function() vim.lsp.codelens.refresh({ bufnr = buffer }) end,
  })
end

return M
