-- What was before a turn, found by taking its hunks back in the text that is there now.

local patches = require("peon.review.patches")

local OLD = { "one", "", "import", "", "", "def", "  body", "", "", "if", "  call" }
local NEW = { "ONE", "", "import", "", "", "DEF", "  BODY", "  more", "", "", "if", "  CALL" }

local function hunk(new_start, lines, status)
  local old_start = new_start
  return { newStart = new_start, oldStart = old_start, lines = lines, status = status or "pending" }
end

-- As `review/get` tells of them: each with lines around it, as the turn has left them.
local FIRST = { "-one", "+ONE", " ", " import", " " }
local SECOND = {
  " import",
  " ",
  " ",
  "-def",
  "-  body",
  "+DEF",
  "+  BODY",
  "+  more",
  " ",
  " ",
  " if",
}
local THIRD = { " ", " ", " if", "-  call", "+  CALL" }

local function hunks(...)
  local status = { ... }
  return { hunk(1, FIRST, status[1]), hunk(3, SECOND, status[2]), hunk(9, THIRD, status[3]) }
end

describe("what was before", function()
  it("is found where the lines around hunks are those of other hunks", function()
    local before, whole = patches.reverse(NEW, hunks())
    assert.same(OLD, before)
    assert.is_true(whole)
  end)

  it("is found where a hunk was rejected, beside and above others", function()
    local now = { unpack(NEW) }
    for _ = 6, 8 do
      table.remove(now, 6)
    end
    table.insert(now, 6, "  body")
    table.insert(now, 6, "def")
    local before, whole = patches.reverse(now, hunks("accepted", "rejected", "pending"))
    assert.same(OLD, before)
    assert.is_true(whole)
  end)

  it("is found where lines were only taken away, after something that was rejected", function()
    local told = { hunk(1, { "-a", "-b", " ", " ", "-gone", " " }) }
    assert.same({ "a", "b", "", "", "gone", "" }, (patches.reverse({ "", "", "" }, told)))
    local two = {
      hunk(1, { "-a", "-b", " " }, "rejected"),
      hunk(3, { " ", "-gone", " x" }),
    }
    local before = patches.reverse({ "a", "b", "", "c", "", "x" }, two)
    assert.same({ "a", "b", "", "c", "", "gone", "x" }, before)
  end)

  it("is not said to be found where somebody has changed the text since", function()
    local now = { unpack(NEW) }
    now[6] = "another"
    local before, whole = patches.reverse(now, hunks())
    assert.is_false(whole)
    assert.equal("one", before[1])
    assert.equal("another", before[6])
    assert.equal("  call", before[12])
  end)

  it("is not said to be found where the server shows no lines", function()
    local told = { { newStart = 1, oldStart = 1, lines = {}, status = "pending", isHidden = true } }
    local before, whole = patches.reverse(NEW, told)
    assert.same(NEW, before)
    assert.is_false(whole)
  end)
end)

describe("a patch", function()
  it("is taken apart, and knows where it changes something", function()
    local found = patches.parse("@@ -3,4 +3,5 @@\n a\n-b\n+c\n+d\n e\n\\ No newline at end of file")
    assert.equal(1, #found)
    assert.same({ " a", "-b", "+c", "+d", " e", "\\ No newline at end of file" }, found[1].lines)
    assert.equal(4, patches.first_changed(found[1]))
    assert.equal(4, patches.first_changed(found[1], "oldStart"))
  end)
end)
