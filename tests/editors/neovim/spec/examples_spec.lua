-- Events that come when days have passed, so that no recording holds them: their golden examples.

local selectors = require("peon.state.selectors")
local state = require("peon.state")
local usages = require("peon.state.usages")

local folder = os.getenv("PEON_TEST_EXAMPLES")

local function example(name)
  local file = assert(io.open(("%s/events/%s.json"):format(folder, name), "rb"))
  local text = file:read("*a")
  file:close()
  return vim.json.decode(text, { luanil = { object = true } })
end

--- A state with one thread, which has a checkpoint, as far as this event asks for it.
local function before(event)
  local held = state.empty()
  local view = {
    threadId = event.streamId,
    projectId = "prj",
    title = "A thread",
    turns = {},
    pendingActions = {},
    checkpoints = { { checkpointId = "cp-1", expired = false } },
    version = event.version - 1,
  }
  state.with_thread(held, { thread = view, sequence = event.sequence - 1 })
  return held
end

local function folded(event)
  local held = before(event)
  local params = { subscriptionId = "sub", events = { event }, through = event.sequence }
  state.reduce(held, "events/appended", params)
  return held
end

describe("an event that comes after days", function()
  it("says that a checkpoint can no longer be gone back to", function()
    local event = example("checkpoint.expired.1")
    local thread = folded(event).threads[event.streamId]
    assert.is_true(thread.checkpoints[1].expired)
  end)

  for _, name in ipairs({ "event.erased.1", "thread.erased.1" }) do
    it(("changes nothing else: %s"):format(name), function()
      local event = example(name)
      local held = folded(event)
      assert.equal(event.sequence, held.sequence)
      assert.equal("A thread", held.threads[event.streamId].title)
    end)
  end
end)

describe("what is told of a thread", function()
  it("is the last turn's end where nothing runs", function()
    local thread = { status = "idle", turns = { { status = "interrupted" } } }
    assert.equal("stopped", selectors.phase_of(thread))
    assert.equal("new", selectors.phase_of({ status = "idle", turns = {} }))
    assert.equal("needs you", selectors.phase_of({ status = "awaitingApproval", turns = {} }))
  end)

  it("is found by each word of a filter", function()
    local thread = { title = "Greet politely", provider = "claude", status = "running", turns = {} }
    assert.is_true(selectors.matches(thread, "claude POLITE"))
    assert.is_true(selectors.matches(thread, ""))
    assert.is_false(selectors.matches(thread, "claude rude"))
  end)
end)

describe("a budget", function()
  local used = { inputTokens = 60, outputTokens = 40, cost = { amount = 2, currency = "USD" } }

  it("is spent by tokens read and written", function()
    assert.is_true(usages.is_spent({ maxTokens = 100 }, used))
    assert.is_false(usages.is_spent({ maxTokens = 101 }, used))
    assert.is_false(usages.is_spent(nil, used))
  end)

  it("is spent by a cost in its own currency", function()
    assert.is_true(usages.is_spent({ maxCost = 2 }, used))
    assert.is_true(usages.is_spent({ maxCost = 2, currency = "USD" }, used))
    assert.is_false(usages.is_spent({ maxCost = 2, currency = "EUR" }, used))
  end)
end)
