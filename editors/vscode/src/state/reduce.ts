// The pure reducer: messages of the server, in order, bring a state up to date.

import type { StoredEvent, ThreadId, TurnDelta } from "../protocol_gen";
import { isCut } from "./histories";
import { withItemDelta } from "./items";
import { type Message, type State, withChangedThread, withChangedTurn } from "./state";
import { isGap } from "./text";
import { createdThread, withThreadEvent } from "./threads";
import { NOTHING_USED, plus } from "./usages";

export function reduce(state: State, message: Message): State {
  switch (message.method) {
    case "events/appended":
      return applyEvents(state, message.params.events, message.params.through);
    case "turn/delta":
      return applyDelta(state, message.params);
  }
}

/** `through` is how far the feed has come, where that is further than its last event. */
export function applyEvents(
  state: State,
  events: readonly StoredEvent[],
  through = state.sequence,
): State {
  let after = state;
  let sequence = Math.max(state.sequence, through);
  for (const stored of events) {
    // Sums have no version of their own: what was heard before is not added again.
    const isNew = stored.sequence > state.sequence;
    after = isNew ? withUsage(applyEvent(after, stored), stored) : applyEvent(after, stored);
    sequence = Math.max(sequence, stored.sequence);
  }
  return after.sequence === sequence ? after : { ...after, sequence };
}

/** The state with what a turn used added to its project. */
function withUsage(state: State, stored: StoredEvent): State {
  if (stored.type !== "turn.completed" && stored.type !== "turn.failed") {
    return state;
  }
  const { usage, threadId } = stored.payload;
  const project = state.projects.get(state.threads.get(threadId)?.projectId ?? "");
  if (usage === null || project === undefined) {
    return state;
  }
  const used = { ...project, usage: plus(project.usage ?? NOTHING_USED, usage) };
  return { ...state, projects: new Map(state.projects).set(project.projectId, used) };
}

export function applyDelta(state: State, delta: TurnDelta): State {
  return withChangedThread(state, delta.threadId, (thread) =>
    withChangedTurn(thread, delta.turnId, (turn) =>
      withItemDelta(turn, delta.itemId, delta.kind, delta),
    ),
  );
}

/** Whether text is missing before `delta`, so that its thread must be read again. */
export function hasGap(state: State, delta: TurnDelta): boolean {
  const turn = state.threads
    .get(delta.threadId)
    ?.turns.findLast((each) => each.turnId === delta.turnId);
  if (turn === undefined || turn.items === null) {
    return false;
  }
  const item = turn.items.findLast((each) => each.itemId === delta.itemId);
  // What is told of an item that was left out is read with it.
  return isGap(item, delta) && (item !== undefined || !isCut(turn));
}

/** Whether an event tells of an item that may be one of those that were left out. */
export function isUnsure(state: State, stored: StoredEvent): boolean {
  if (stored.type !== "item.recorded" || stored.payload.append !== null) {
    return false;
  }
  const { threadId, turnId, itemId } = stored.payload;
  const turn = state.threads.get(threadId)?.turns.findLast((each) => each.turnId === turnId);
  return isCut(turn) && !(turn?.items ?? []).some((item) => item.itemId === itemId);
}

function applyEvent(state: State, stored: StoredEvent): State {
  switch (stored.type) {
    case "project.created": {
      const { projectId, root, title, defaults } = stored.payload;
      if (state.projects.has(projectId)) {
        return state;
      }
      const createdAt = stored.occurredAt;
      const known = { projectId, root, title, defaults, createdAt };
      const project = { ...known, usage: NOTHING_USED, version: stored.version };
      return { ...state, projects: new Map(state.projects).set(projectId, project) };
    }
    case "project.configured":
      return projectConfigured(state, stored);
    case "rule.added":
    case "rule.removed":
      return ruleChanged(state, stored);
    case "project.deleted":
      return projectDeleted(state, stored.payload.projectId);
    case "thread.created": {
      if (state.threads.has(stored.payload.threadId)) {
        return state;
      }
      const thread = createdThread(
        stored.payload,
        stored,
        state.projects.get(stored.payload.projectId)?.root ?? "",
      );
      return { ...state, threads: new Map(state.threads).set(thread.threadId, thread) };
    }
    case "thread.deleted":
      return without(state, stored.payload.threadId);
    default:
      return withChangedThread(state, stored.streamId as ThreadId, (thread) =>
        withThreadEvent(thread, stored),
      );
  }
}

function projectConfigured(
  state: State,
  stored: StoredEvent & { type: "project.configured" },
): State {
  const { projectId, title, defaults } = stored.payload;
  const project = state.projects.get(projectId);
  if (project === undefined || stored.version <= project.version) {
    return state;
  }
  const configured = {
    ...project,
    title: title ?? project.title,
    defaults: defaults ?? project.defaults,
    version: stored.version,
  };
  return { ...state, projects: new Map(state.projects).set(projectId, configured) };
}

/** Rules are read where they are shown; here they only count. */
function ruleChanged(
  state: State,
  { payload: { projectId }, version }: StoredEvent & { type: "rule.added" | "rule.removed" },
): State {
  const project = state.projects.get(projectId);
  if (project === undefined || version <= project.version) {
    return state;
  }
  return { ...state, projects: new Map(state.projects).set(projectId, { ...project, version }) };
}

function projectDeleted(state: State, projectId: string): State {
  const projects = new Map(state.projects);
  projects.delete(projectId);
  const threads = new Map([...state.threads].filter(([, each]) => each.projectId !== projectId));
  return { ...state, projects, threads };
}

function without(state: State, threadId: ThreadId): State {
  const threads = new Map(state.threads);
  return threads.delete(threadId) ? { ...state, threads } : state;
}
