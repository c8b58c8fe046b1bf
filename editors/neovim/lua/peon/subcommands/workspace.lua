--- Subcommands about files: reviews, checkpoints, the repository, worktrees.

local common = require("peon.subcommands.common")

local actions = common.lazy("peon.actions")
local with_thread, turn_of = common.with_thread, common.turn_of
local with_whole_thread = common.with_whole_thread

---@type peon.Command[]
return {
  {
    name = "review",
    args = "[number]",
    text = "Review what a turn has changed, by default the last: a tab with the file before and after, every hunk below, and the same as a quickfix list.",
    run = with_whole_thread(function(thread, argument)
      local turn = turn_of(thread, argument)
      require("peon.views.review").open(thread.threadId, turn and turn.turnId)
    end),
  },
  {
    name = "accept",
    text = "In a review: accept the hunk at the cursor.",
    needs = "review/accept",
    run = function()
      require("peon.views.review").judge("accept")
    end,
  },
  {
    name = "refuse",
    args = "[comment]",
    text = "In a review: reject the hunk at the cursor, so that its file goes back; a comment is told to the agent.",
    needs = "review/reject",
    run = function(argument)
      require("peon.views.review").judge("reject", argument ~= "" and argument or nil)
    end,
  },
  {
    name = "checkpoints",
    text = "Choose a checkpoint, see what going back to it would do, and go back or not.",
    run = with_whole_thread(function(thread)
      require("peon.views.checkpoints").choose(thread)
    end),
  },
  {
    name = "checkpoint",
    args = "{description}",
    text = "Keep the files as they are now.",
    run = with_thread(function(thread, argument)
      require("peon.views.checkpoints").create(thread, argument)
    end),
  },
  {
    name = "undo",
    args = "[number]",
    text = "See what undoing a turn and those after it would do, by default the last, and do it or not.",
    run = with_whole_thread(function(thread, argument)
      require("peon.views.checkpoints").undo(thread, turn_of(thread, argument))
    end),
  },
  {
    name = "redo",
    text = "See what taking back the last restore of the thread would do, and do it or not.",
    run = with_whole_thread(function(thread)
      require("peon.views.checkpoints").redo(thread)
    end),
  },
  {
    name = "commit",
    args = "[message]",
    text = "Commit the changes of the thread's folder. Without a message, write one.",
    run = with_thread(function(thread, argument)
      local commit = require("peon.views.commit")
      if argument == "" then
        commit.open(thread)
      else
        commit.commit(thread, argument)
      end
    end),
  },
  {
    name = "push",
    text = "Push the branch to where it tracks.",
    run = with_thread(function(thread)
      require("peon.views.commit").push(thread)
    end),
  },
  {
    name = "cancel",
    text = "Stop a commit, a push, a restore or other work on the files of the thread that is under way, with the hooks that it runs. What is done by then stays done.",
    needs = "operation/cancel",
    run = with_thread(function(thread)
      actions.cancel(thread)
    end),
  },
  {
    name = "branch",
    args = "[name]",
    text = "Make a branch in the thread's folder and go on there. Without a name, choose among those that there are.",
    needs = "git/createBranch",
    run = with_thread(function(thread, argument)
      require("peon.views.branches").choose(thread, argument)
    end),
  },
  {
    name = "pr",
    args = "[title]",
    text = "Open a pull request of the branch, which is pushed where need be; its address goes to the clipboard. With `!`, as a draft.",
    needs = "git/pullRequest",
    run = with_thread(function(thread, argument, call)
      require("peon.views.commit").pull_request(thread, argument, call.bang)
    end),
  },
  {
    name = "worktree",
    args = "[branch]",
    text = "Open a new thread in a worktree of its own, on a new branch or one that is there. Without one, choose among the worktrees that there are: to work there, to take it away or to bring it back.",
    needs = "worktree/list",
    run = function(argument)
      actions.project_here(function(project_id)
        require("peon.views.worktrees").choose(project_id, argument)
      end)
    end,
  },
  {
    name = "why",
    text = "Tell where the line at the cursor comes from: the turn, what was asked, and who allowed it.",
    needs = "why/line",
    run = function()
      require("peon.views.why").here()
    end,
  },
  {
    name = "compare",
    text = "Show the unsaved text of this buffer beside what its file holds now.",
    bare = true,
    run = function()
      require("peon.reload").compare()
    end,
  },
}
