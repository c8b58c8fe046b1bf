// What is shown of a state: derived, never kept.

import type {
  CheckpointView,
  PendingActionView,
  ProjectId,
  ThreadId,
  ThreadView,
  TurnView,
} from "../protocol_gen";
import type { State } from "./state";
import { textsOf } from "./titles";

/** What a thread is doing, in the words that are shown. */
export type Phase = "needs you" | "running" | "failed" | "stopped" | "done" | "new";

export function phaseOf(thread: ThreadView): Phase {
  if (thread.status === "awaitingApproval") {
    return "needs you";
  }
  if (thread.status === "running") {
    return "running";
  }
  switch (thread.turns.at(-1)?.status) {
    case "failed":
      return "failed";
    case "interrupted":
      return "stopped";
    case undefined:
      return "new";
    default:
      return "done";
  }
}

export interface Waiting {
  readonly threadId: ThreadId;
  readonly action: PendingActionView;
}

/** Every action that waits for an answer, the oldest first. */
export function waiting(state: State): Waiting[] {
  return [...state.threads.values()]
    .flatMap(({ threadId, pendingActions }) =>
      pendingActions.map((action) => ({ threadId, action })),
    )
    .sort((one, other) => one.action.requestedAt.localeCompare(other.action.requestedAt));
}

export function runningCount(state: State): number {
  return [...state.threads.values()].filter((each) => each.status === "running").length;
}

/** Threads of a project: those that need somebody first, then the last touched. */
export function threadsOf(state: State, projectId: ProjectId, archived: boolean): ThreadView[] {
  return [...state.threads.values()]
    .filter((thread) => thread.projectId === projectId && (archived || !thread.archived))
    .sort((one, other) => other.updatedAt.localeCompare(one.updatedAt));
}

/** Whether lists of threads and turns say the same of both: what an agent writes is in none. */
export function isListedAlike(one: State, other: State): boolean {
  return (
    one.projects === other.projects &&
    one.threads.size === other.threads.size &&
    [...one.threads.values()].every((thread) => {
      const known = other.threads.get(thread.threadId);
      return known === thread || (known !== undefined && isAlike(thread, known));
    })
  );
}

const UNLISTED = new Set(["version", "updatedAt", "turns"]);
const ITEMS = new Set(["items"]);

function isAlike(one: ThreadView, other: ThreadView): boolean {
  return (
    isSame(one, other, UNLISTED) &&
    one.turns.length === other.turns.length &&
    one.turns.every((turn, place) => isSame(turn, other.turns[place], ITEMS))
  );
}

/** Whether all members but some are the very same. */
function isSame<T extends object>(one: T, other: T | undefined, but: ReadonlySet<string>): boolean {
  const keys = Object.keys(one) as (keyof T & string)[];
  return keys.every((key) => but.has(key) || one[key] === other?.[key]);
}

export function matches(thread: ThreadView, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const text = `${thread.title} ${phaseOf(thread)} ${thread.provider}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

export function checkpointsOf(thread: ThreadView, turn: TurnView): CheckpointView[] {
  return thread.checkpoints.filter((each) => each.turnId === turn.turnId);
}

/** The checkpoint from before a turn: going back to it undoes the turn. */
export function before(thread: ThreadView, turn: TurnView): CheckpointView | undefined {
  return checkpointsOf(thread, turn).find((each) => each.kind === "turnStart");
}

export function promptLine(turn: TurnView): string {
  const line = textsOf(turn.prompt)
    .flatMap((text) => text.split("\n"))
    .map((each) => each.trim())
    .find(Boolean);
  return line ?? "(attachments only)";
}
