// The fold of one thread: what an event says of it, as the server folds it.

import type {
  Budget,
  CheckpointCreated,
  CheckpointRestored,
  EventPayloads,
  OperationFailed,
  StoredEvent,
  ThreadConfigured,
  ThreadCreated,
  ThreadStatus,
  ThreadView,
  TurnCompleted,
  TurnFailed,
  TurnStarted,
  TurnView,
} from "../protocol_gen";
import { withItemEvent } from "./items";
import { changed, gone, queued, reordered } from "./queue";
import { withChangedTurn } from "./state";
import { titleOf } from "./titles";
import { isSpent, NOTHING_USED, plus } from "./usages";
import { withWorktreeEvent } from "./worktrees";

export function createdThread(event: ThreadCreated, stored: StoredEvent, root: string): ThreadView {
  return {
    threadId: event.threadId,
    projectId: event.projectId,
    title: event.title,
    titleSource: event.titleSource,
    status: "idle",
    provider: event.provider,
    model: event.model,
    mode: event.mode,
    archived: false,
    turns: [],
    turnCount: 0,
    pendingActions: [],
    queue: [],
    queueHeld: false,
    options: [],
    commands: [],
    chosenOptions: event.options ?? {},
    mcpServers: event.mcpServers ?? null,
    usage: NOTHING_USED,
    budget: event.budget ?? null,
    folder: root,
    worktree: null,
    sharedWith: [],
    checkpoints: [],
    checkpointCount: 0,
    operation: null,
    session: null,
    createdAt: stored.occurredAt,
    updatedAt: stored.occurredAt,
    version: stored.version,
  };
}

/** The thread after one event of its own; an event that it has already changes nothing. */
export function withThreadEvent(thread: ThreadView, stored: StoredEvent): ThreadView {
  if (stored.version <= thread.version) {
    return thread;
  }
  const folded = fold(thread, stored);
  return {
    ...folded,
    status: statusOf(folded),
    queueHeld: folded.queueHeld || (folded.queue.length > 0 && isSpent(folded)),
    version: stored.version,
    updatedAt: stored.occurredAt,
  };
}

function fold(thread: ThreadView, stored: StoredEvent): ThreadView {
  switch (stored.type) {
    case "item.recorded": {
      const event = stored.payload;
      return withChangedTurn(thread, event.turnId, (turn) => withItemEvent(turn, event));
    }
    case "thread.configured":
      return configured(thread, stored.payload);
    case "turn.started":
      return turnStarted(thread, stored.payload, stored.occurredAt);
    case "turn.interruptRequested":
      return withChangedTurn(thread, stored.payload.turnId, (turn) => ({
        ...turn,
        interruptRequested: true,
      }));
    case "turn.completed": {
      const event = stored.payload;
      const held = ended(thread, event);
      return withChangedTurn(held, event.turnId, (turn) =>
        completed(turn, event, stored.occurredAt),
      );
    }
    case "turn.failed": {
      const event = stored.payload;
      const held = ended(thread, event);
      return withChangedTurn(held, event.turnId, (turn) => failed(turn, event, stored.occurredAt));
    }
    case "message.queued":
      return queued(thread, stored.payload, stored.occurredAt);
    case "message.edited":
      return changed(thread, stored.payload.messageId, { prompt: stored.payload.prompt });
    case "message.removed":
    case "message.steered":
      return gone(thread, stored.payload.messageId);
    case "message.reordered":
      return reordered(thread, stored.payload.order);
    case "action.requested":
      return actionRequested(thread, stored.payload, stored.occurredAt);
    case "action.resolved": {
      const { actionId } = stored.payload;
      const pendingActions = thread.pendingActions.filter((each) => each.actionId !== actionId);
      return { ...thread, pendingActions };
    }
    case "checkpoint.created":
      return checkpointCreated(thread, stored.payload, stored.occurredAt);
    case "checkpoint.restored":
      return wentBack(thread, stored.payload);
    case "checkpoint.expired": {
      const gone = new Set(stored.payload.checkpointIds);
      const checkpoints = thread.checkpoints.map((each) =>
        gone.has(each.checkpointId) ? { ...each, expired: true } : each,
      );
      return { ...thread, checkpoints };
    }
    case "review.recorded":
    case "changes.committed":
    case "changes.pushed":
    case "branch.created":
    case "pullRequest.opened":
      return { ...thread, operation: null };
    case "operation.requested": {
      const { operationId, operation } = stored.payload;
      const requestedAt = stored.occurredAt;
      return { ...thread, operation: { operationId, kind: operation.type, requestedAt } };
    }
    case "operation.failed":
      return operationFailed(thread, stored.payload);
    case "session.opened": {
      const { sessionId, provider, agentName, agentVersion, origin } = stored.payload;
      const mcpServers = stored.payload.mcpServers ?? [];
      const session = { sessionId, provider, agentName, agentVersion, origin, mcpServers };
      return { ...thread, session };
    }
    case "session.configured": {
      const { options, commands } = stored.payload;
      return { ...thread, options, commands };
    }
    case "session.closed":
      return { ...thread, session: null };
    case "worktree.created":
    case "worktree.removed":
    case "worktree.restored":
      return withWorktreeEvent(thread, stored);
    default:
      // What a later server tells of a thread, and what concerns the lists.
      return thread;
  }
}

function statusOf(thread: ThreadView): ThreadStatus {
  if (thread.pendingActions.length > 0) {
    return "awaitingApproval";
  }
  return thread.turns.at(-1)?.status === "running" ? "running" : "idle";
}

function configured(thread: ThreadView, event: ThreadConfigured): ThreadView {
  return {
    ...thread,
    title: event.title ?? thread.title,
    titleSource: event.titleSource ?? thread.titleSource,
    model: event.model ?? thread.model,
    mode: event.mode ?? thread.mode,
    chosenOptions: withChoices(thread.chosenOptions ?? {}, event.options ?? {}),
    mcpServers: event.mcpServers ?? thread.mcpServers,
    archived: event.archived ?? thread.archived,
    budget: event.budget == null ? thread.budget : bounded(event.budget),
  };
}

/** A budget that bounds nothing is none: that is how one is taken away. */
function bounded(budget: Budget | null): Budget | null {
  const bounds = [budget?.maxTokens, budget?.maxCost, budget?.currency];
  return bounds.some((each) => each != null) ? budget : null;
}

/** What is chosen after some choices; one that is null there is left to the agent again. */
function withChoices(
  chosen: ThreadView["chosenOptions"],
  choices: NonNullable<ThreadConfigured["options"]>,
): ThreadView["chosenOptions"] {
  const left: ThreadView["chosenOptions"] = {};
  for (const [optionId, value] of Object.entries({ ...chosen, ...choices })) {
    if (value !== null) {
      left[optionId] = value;
    }
  }
  return left;
}

function turnStarted(thread: ThreadView, event: TurnStarted, startedAt: string): ThreadView {
  const turn: TurnView = {
    turnId: event.turnId,
    number: event.number,
    status: "running",
    prompt: event.prompt,
    mode: event.mode,
    model: event.model,
    options: event.options ?? {},
    items: [],
    startedAt,
    endedAt: null,
    interruptRequested: false,
    stopReason: null,
    error: null,
    usage: null,
    undone: false,
  };
  const unnamed = thread.titleSource === "server" && event.number === 1;
  const title = unnamed ? titleOf(event.prompt) : thread.title;
  const waiting = gone({ ...thread, queueHeld: false }, event.messageId ?? null);
  const turnCount = thread.turnCount + 1;
  return { ...waiting, title, turns: [...thread.turns, turn], turnCount };
}

/** The thread when a turn of it is over, whichever way. An event of an older log may say less. */
function ended(thread: ThreadView, event: TurnCompleted | TurnFailed): ThreadView {
  const usage =
    event.usage === null ? thread.usage : plus(thread.usage ?? NOTHING_USED, event.usage);
  return { ...thread, usage, queueHeld: event.queueHeld ?? false };
}

function completed(turn: TurnView, event: TurnCompleted, endedAt: string): TurnView {
  const interrupted = event.stopReason === "cancelled" || event.stopReason === "interrupted";
  const status = interrupted ? "interrupted" : "completed";
  return { ...turn, status, endedAt, stopReason: event.stopReason, usage: event.usage };
}

function failed(turn: TurnView, event: TurnFailed, endedAt: string): TurnView {
  return { ...turn, status: "failed", endedAt, error: event.error, usage: event.usage };
}

function actionRequested(
  thread: ThreadView,
  event: EventPayloads["action.requested"],
  requestedAt: string,
): ThreadView {
  const { threadId: _, ...action } = event;
  return { ...thread, pendingActions: [...thread.pendingActions, { ...action, requestedAt }] };
}

function checkpointCreated(
  thread: ThreadView,
  event: CheckpointCreated,
  createdAt: string,
): ThreadView {
  const { threadId, checkpointId, turnId, description, kind, missing } = event;
  const checkpoint = {
    checkpointId,
    threadId,
    turnId,
    description,
    kind,
    createdAt,
    missing,
    expired: false,
  };
  return {
    ...thread,
    checkpoints: [...thread.checkpoints, checkpoint],
    checkpointCount: thread.checkpointCount + 1,
    operation: event.operationId === null ? thread.operation : null,
  };
}

/** A conversation that went back goes on in another session: no agent can forget a turn. */
function wentBack(thread: ThreadView, event: CheckpointRestored): ThreadView {
  // An event of an older log may say less.
  const undone = new Set(event.undone ?? []);
  const redone = new Set(event.redone ?? []);
  if (undone.size + redone.size === 0) {
    return { ...thread, operation: null };
  }
  const turns = thread.turns.map((turn) =>
    undone.has(turn.turnId) || redone.has(turn.turnId)
      ? { ...turn, undone: undone.has(turn.turnId) && !redone.has(turn.turnId) }
      : turn,
  );
  return { ...thread, operation: null, session: null, turns };
}

function operationFailed(thread: ThreadView, event: OperationFailed): ThreadView {
  const ours = thread.operation?.operationId === event.operationId;
  return ours ? { ...thread, operation: null } : thread;
}
