-- The reducer against recordings of a real server: the same files as VS Code's.

local items = require("peon.state.items")
local selectors = require("peon.state.selectors")
local state = require("peon.state")

local folder = os.getenv("PEON_TEST_RECORDINGS")

--- A recording; what is expected is known with its nulls.
local function recording(name)
  local file = assert(io.open(("%s/%s.json"):format(folder, name), "rb"))
  local text = file:read("*a")
  file:close()
  local told = vim.json.decode(text, { luanil = { object = true } })
  told.expected = vim.json.decode(text).expected
  return told
end

local function replayed(told)
  local held = state.empty()
  state.with_lists(held, told.snapshot.projects, told.snapshot.threads)
  for _, reading in ipairs(told.snapshot.readings) do
    state.with_thread(held, reading)
  end
  for _, each in ipairs(told.notifications) do
    state.reduce(held, each.method, each.params)
  end
  return held
end

-- What the state holds besides what the server's views have.
local OWN = {
  loaded = true,
  turnById = true,
  itemById = true,
  checkpointById = true,
  held = true,
  decisions = true,
  recorded = true,
  pieces = true,
  length = true,
  isRecorded = true,
  -- A recording may be older than these.
  turnCount = true,
  checkpointCount = true,
}

--- Where `held` is not as `expected`; null and an absent member are the same.
local function differences(expected, held, path, found)
  if type(expected) == "table" and type(held) == "table" then
    for key, value in pairs(expected) do
      differences(value, held[key], path .. "." .. key, found)
    end
    for key, value in pairs(held) do
      if expected[key] == nil and not OWN[key] then
        differences(nil, value, path .. "." .. key, found)
      end
    end
    if vim.islist(expected) and #expected ~= #held then
      table.insert(found, ("%s: %d entries, not %d"):format(path, #held, #expected))
    end
  elseif expected ~= held and not (expected == vim.NIL and held == nil) then
    table.insert(found, ("%s: %s, not %s"):format(path, vim.inspect(held), vim.inspect(expected)))
  end
  return found
end

local function views(held)
  local found = { projects = {}, threads = {} }
  for _, id in ipairs(held.projectOrder) do
    table.insert(found.projects, held.projects[id])
  end
  for _, id in ipairs(held.threadOrder) do
    local thread = held.threads[id]
    for _, turn in ipairs(thread.turns) do
      vim.tbl_map(items.text, turn.items)
    end
    thread.sharedWith = selectors.shared_with(held, thread)
    table.insert(found.threads, thread)
  end
  return found
end

describe("a recording", function()
  for name in vim.fs.dir(folder) do
    name = name:match("^(.+)%.json$")
    it(("leads to what the server says: %s"):format(name), function()
      local told = recording(name)
      assert.same({}, differences(told.expected, views(replayed(told)), "", {}))
    end)

    it(("told twice leads to the same: %s"):format(name), function()
      local told = recording(name)
      local held = replayed(told)
      for _, each in ipairs(told.notifications) do
        state.reduce(held, each.method, each.params)
      end
      assert.same({}, differences(told.expected, views(held), "", {}))
    end)
  end
end)
