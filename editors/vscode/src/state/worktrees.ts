// The fold of where threads work, and which of them work in the same folder.

import type { StoredEvent, ThreadId, ThreadView } from "../protocol_gen";
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

/** Whether an event may change which threads work in one folder. */
export function movesThreads(stored: StoredEvent): boolean {
  switch (stored.type) {
    case "thread.created":
    case "thread.deleted":
    case "project.deleted":
    case "worktree.created":
      return true;
    case "thread.configured":
      return stored.payload.archived !== null;
    default:
      return false;
  }
}

/** The state with each thread knowing the others that work in its folder, archived ones left out. */
export function withSharing(state: State): State {
  const byFolder = new Map<string, ThreadId[]>();
  for (const { archived, folder, threadId } of state.threads.values()) {
    if (!archived) {
      byFolder.set(folder, [...(byFolder.get(folder) ?? []), threadId]);
    }
  }
  const threads = new Map(state.threads);
  for (const [threadId, thread] of threads) {
    const others = (byFolder.get(thread.folder) ?? []).filter((each) => each !== threadId);
    if (others.join() !== (thread.sharedWith ?? []).join()) {
      threads.set(threadId, { ...thread, sharedWith: others });
    }
  }
  return { ...state, threads };
}
