--- The rules of a project, which settle what agents ask for: chosen from, taken back, added.

local session = require("peon.session")

local M = {}

local VERDICTS = {
  { verdict = "allow", text = "allow it without asking" },
  { verdict = "ask", text = "ask, whatever else would allow it" },
  { verdict = "deny", text = "refuse it without asking" },
}

local KINDS = {
  { text = "everything" },
  { kind = "execute", text = "running commands", by = "command" },
  { kind = "edit", text = "editing files", by = "path" },
  { kind = "delete", text = "deleting files", by = "path" },
  { kind = "move", text = "moving files", by = "path" },
  { kind = "read", text = "reading files", by = "path" },
  { kind = "fetch", text = "fetching from the network" },
}

local ASKED = {
  command = "Commands that begin with (empty for all): ",
  path = "Paths, as a glob in the project (empty for all): ",
}

--- A rule in a line.
---@param rule peon.RuleView
---@return string
function M.text(rule)
  local what = { rule.verdict, rule.toolKind or "everything" }
  table.insert(what, rule.command and ("`%s`"):format(rule.command))
  table.insert(what, rule.path)
  table.insert(what, rule.provider and "of " .. rule.provider)
  return ("%s (by %s)"):format(table.concat(what, " "), rule.createdBy.name)
end

local function pick(choices, prompt, callback)
  vim.ui.select(choices, {
    prompt = prompt,
    kind = "peon-rule",
    format_item = function(each)
      return each.text
    end,
  }, function(choice)
    if choice then
      callback(choice)
    end
  end)
end

--- Ask what a new rule is about, and add it.
---@param project_id string
function M.add(project_id)
  pick(VERDICTS, "What shall become of it?", function(verdict)
    pick(KINDS, "Which actions?", function(kind)
      local params = { projectId = project_id, verdict = verdict.verdict, toolKind = kind.kind }
      if not kind.by then
        return session.request("rule/add", params)
      end
      vim.ui.input({ prompt = ASKED[kind.by] }, function(given)
        if given then
          params[kind.by] = vim.trim(given) ~= "" and vim.trim(given) or nil
          session.request("rule/add", params)
        end
      end)
    end)
  end)
end

local function remove(rule)
  require("peon.actions").confirm(("Take back: %s?"):format(M.text(rule)), function()
    local params = { projectId = rule.projectId, ruleId = rule.ruleId }
    session.request("rule/remove", params)
  end)
end

--- Choose a rule of a project to take it back, or add one.
---@param project_id string
function M.choose(project_id)
  session.request("rule/list", { projectId = project_id }, function(err, list)
    if err then
      return session.complain(err)
    end
    local choices = { { text = "Add a rule" } }
    for _, rule in ipairs(list.rules) do
      table.insert(choices, { text = M.text(rule), rule = rule })
    end
    pick(choices, "Rules", function(choice)
      if choice.rule then
        remove(choice.rule)
      else
        M.add(project_id)
      end
    end)
  end)
end

return M
