// What a client knows: views as the server gives them, by id, and how far along the log they are.
// Invariant: nothing here or beside it knows the editor; states are values and never changed.

import type {
  EventsAppended,
  ProjectId,
  ProjectList,
  ProjectView,
  ThreadId,
  ThreadList,
  ThreadReading,
  ThreadView,
  TurnDelta,
  TurnView,
} from "../protocol_gen";
import { asRead, isCut } from "./histories";

export interface State {
  /** The last event that is folded in; with `logId` it says where to go on after a restart. */
  readonly sequence: number;
  readonly projects: ReadonlyMap<ProjectId, ProjectView>;
  /** A turn whose items were not read yet has `items: null`. */
  readonly threads: ReadonlyMap<ThreadId, ThreadView>;
}

/** What the server sends by itself that a state is made of, as it stands on the wire. */
export type Message =
  | { method: "events/appended"; params: EventsAppended }
  | { method: "turn/delta"; params: TurnDelta };

export const EMPTY: State = { sequence: 0, projects: new Map(), threads: new Map() };

/** A state of nothing but what the lists say; they may have been read one after the other. */
export function withLists(projects: ProjectList, threads: ThreadList): State {
  return {
    // What came between the two is told again, and skipped by the version of what has it.
    sequence: Math.min(projects.sequence, threads.sequence),
    projects: new Map(projects.projects.map((each) => [each.projectId, each])),
    threads: new Map(threads.threads.map((each) => [each.threadId, each])),
  };
}

/** The state with a thread as it was read, whole or a page; turns that are known are kept. */
export function withThread(state: State, reading: ThreadReading): State {
  const known = state.threads.get(reading.thread.threadId);
  const read = asRead(reading);
  const thread = known === undefined ? read : { ...read, turns: mergeTurns(known, read) };
  const threads = new Map(state.threads);
  threads.set(thread.threadId, thread);
  return { ...state, threads };
}

function mergeTurns(known: ThreadView, read: ThreadView): TurnView[] {
  const byId = new Map(known.turns.map((turn) => [turn.turnId, turn]));
  for (const turn of read.turns) {
    byId.set(turn.turnId, mergedTurn(byId.get(turn.turnId), turn));
  }
  return [...byId.values()].sort((one, other) => one.number - other.number);
}

function mergedTurn(known: TurnView | undefined, read: TurnView): TurnView {
  if (read.items === null) {
    return { ...known, ...read, items: known?.items ?? null };
  }
  // What was read of a turn that is over is as good as new.
  const isWhole = known?.items != null && known.status !== "running" && !isCut(known);
  return isCut(read) && isWhole ? { ...known, undone: read.undone } : read;
}

/** The thread in which `change` was made, in the place of the one that was. */
export function withChangedThread(
  state: State,
  threadId: ThreadId,
  change: (thread: ThreadView) => ThreadView,
): State {
  const thread = state.threads.get(threadId);
  if (thread === undefined) {
    return state;
  }
  const changed = change(thread);
  if (changed === thread) {
    return state;
  }
  const threads = new Map(state.threads);
  threads.set(threadId, changed);
  return { ...state, threads };
}

/** The thread in which `change` was made to one turn. */
export function withChangedTurn(
  thread: ThreadView,
  turnId: string,
  change: (turn: TurnView) => TurnView,
): ThreadView {
  const place = thread.turns.findLastIndex((turn) => turn.turnId === turnId);
  const turn = thread.turns[place];
  if (turn === undefined) {
    return thread;
  }
  const changed = change(turn);
  return changed === turn ? thread : { ...thread, turns: thread.turns.with(place, changed) };
}
