// A thread in the tree, in words.
// Invariant: knows no editor.

import type { ThreadView } from "../protocol_gen";
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

const MOST_NAMES = 10;

/** All of it, line by line. */
export function threadDetails(thread: ThreadView, sharing: readonly ThreadView[]): string {
  const { worktree, usage } = thread;
  const others = sharing.slice(-MOST_NAMES).map((each) => each.title);
  const more = sharing.length - others.length;
  const used = (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
  return [
    thread.title,
    `${thread.provider}, mode ${thread.mode}${thread.model ? `, ${thread.model}` : ""}`,
    `In ${thread.folder}`,
    ...(worktree === null ? [] : [worktreeWords(worktree)]),
    ...(others.length === 0
      ? []
      : [`Shares its folder with: ${others.join(", ")}${more > 0 ? `, and ${more} more` : ""}`]),
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
    ...(mayBeRestored(thread) ? ["restored"] : []),
  ].join(" ");
}

function mayBeRestored({ checkpoints, checkpointCount }: ThreadView): boolean {
  return (
    checkpointCount > checkpoints.length ||
    checkpoints.some((each) => each.kind === "beforeRestore")
  );
}
