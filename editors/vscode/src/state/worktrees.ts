// The fold of where threads work, and which of them work in the same folder.

import type { StoredEvent, ThreadView } from "../protocol_gen";
import type { State } from "./state";

type WorktreeEvent = StoredEvent & {
  type: "worktree.created" | "worktree.removed" | "worktree.restored";
};

export function withWorktreeEvent(thread: ThreadView, stored: WorktreeEvent): ThreadView {
  const done = { ...thread, operation: null };
  if (stored.type === "worktree.created") {
    const { path, folder, branch, base, made } = stored.payload;
    return { ...done, folder, worktree: { path, branch, base, made, removed: false } };
  }
  const { worktree } = thread;
  const removed = stored.type === "worktree.removed";
  return worktree === null ? done : { ...done, worktree: { ...worktree, removed } };
}

/** The other threads that may be at work in the same folder; a list names only some of them. */
export function sharedWith(state: State, thread: ThreadView): ThreadView[] {
  const { folder, threadId } = thread;
  return [...state.threads.values()].filter(
    (each) => each.folder === folder && each.threadId !== threadId && !each.archived,
  );
}
