// A thread in the tree, in words.
// Invariant: knows no editor.

import type { ThreadId, ThreadView } from "../protocol_gen";
import { phaseOf } from "./selectors";
import { moneyOf, tokensOf } from "./usageWords";

/** What stands behind the title. */
export function threadWords(thread: ThreadView, age: string): string {
  const { worktree } = thread;
  return [
    phaseOf(thread),
    age,
    ...(worktree === null ? [] : [worktree.branch ?? "a worktree"]),
    ...(worktree?.removed ? ["worktree removed"] : []),
    ...(thread.archived ? ["archived"] : []),
  ].join(" · ");
}

/** All of it, line by line. */
export function threadDetails(
  thread: ThreadView,
  titleOf: (threadId: ThreadId) => string | undefined,
): string {
  const { worktree, usage } = thread;
  const others = thread.sharedWith.map((each) => titleOf(each) ?? each);
  const used = (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
  return [
    thread.title,
    `${thread.provider}, mode ${thread.mode}${thread.model ? `, ${thread.model}` : ""}`,
    `In ${thread.folder}`,
    ...(worktree === null ? [] : [worktreeWords(worktree)]),
    ...(others.length === 0 ? [] : [`Shares its folder with: ${others.join(", ")}`]),
    ...(used === 0 ? [] : [`Used ${tokensOf(used)} tokens`]),
    ...(usage.cost == null ? [] : [`Cost ${moneyOf(usage.cost)}`]),
  ].join("\n");
}

function worktreeWords(worktree: NonNullable<ThreadView["worktree"]>): string {
  const branch = worktree.branch === null ? "no branch" : `the branch ${worktree.branch}`;
  const base = worktree.base === null ? "" : `, begun from ${worktree.base}`;
  const state = worktree.removed ? "; it was removed and can be brought back" : "";
  return `${worktree.made ? "A worktree made for it" : "A worktree"} on ${branch}${base}${state}`;
}

/** What menus look at. */
export function threadContext(thread: ThreadView): string {
  const { worktree } = thread;
  return [
    "thread",
    thread.status,
    ...(thread.archived ? ["archived"] : []),
    ...(worktree === null ? [] : ["inWorktree"]),
    ...(worktree?.made && !worktree.removed ? ["worktreeMade"] : []),
    ...(worktree?.removed ? ["worktreeRemoved"] : []),
    ...(thread.checkpoints.some((each) => each.kind === "beforeRestore") ? ["restored"] : []),
  ].join(" ");
}
