-- All that is done at start-up: one command, some <Plug> maps, and a name for the buffers that a
-- session brings back. Nothing is required before it is used.

if vim.g.loaded_peon then
  return
end
vim.g.loaded_peon = true

vim.api.nvim_create_user_command("Peon", function(call)
  require("peon.commands").run(call)
end, {
  nargs = "*",
  range = true,
  bang = true,
  desc = "Coding agents: threads, turns, approvals, review and undo",
  complete = function(...)
    return require("peon.commands").complete(...)
  end,
})

for name, command in pairs({
  threads = "threads",
  chat = "chat",
  prompt = "prompt",
  new = "new",
  stop = "stop",
  cancel = "cancel",
  approvals = "approvals",
  approve = "approve",
  reject = "reject",
  review = "review",
  ["accept-hunk"] = "accept",
  ["reject-hunk"] = "refuse",
  checkpoints = "checkpoints",
  undo = "undo",
  redo = "redo",
  commit = "commit",
  push = "push",
  why = "why",
  queue = "queue",
  rules = "rules",
  servers = "servers",
  worktree = "worktree",
}) do
  vim.keymap.set("n", ("<Plug>(peon-%s)"):format(name), ("<Cmd>Peon %s<CR>"):format(command))
end
vim.keymap.set("x", "<Plug>(peon-prompt)", ":Peon prompt<CR>", { silent = true })

vim.api.nvim_create_autocmd("BufReadCmd", {
  group = vim.api.nvim_create_augroup("peon.buffers", {}),
  pattern = "peon://*",
  callback = function(event)
    require("peon.app").restore(event.buf, event.match)
  end,
})
