// The fold of what waits for its turn in a thread.

import type { EventPayloads, MessageId, ThreadView } from "../protocol_gen";

/** A message waits, or is told again to wait: one that is there keeps its place. */
export function queued(
  thread: ThreadView,
  event: EventPayloads["message.queued"],
  queuedAt: string,
): ThreadView {
  const { messageId, prompt, model, mode } = event;
  const options = event.options ?? null;
  if (thread.queue.some((each) => each.messageId === messageId)) {
    return changed(thread, messageId, { steer: false });
  }
  const steer = event.steer && event.turnId !== null;
  const message = { messageId, prompt, model, mode, options, steer, queuedAt };
  return { ...thread, queue: [...thread.queue, message] };
}

export function changed(
  thread: ThreadView,
  messageId: MessageId,
  changes: Partial<ThreadView["queue"][number]>,
): ThreadView {
  const queue = thread.queue.map((each) =>
    each.messageId === messageId ? { ...each, ...changes } : each,
  );
  return { ...thread, queue };
}

/** A message no longer waits; a queue with nothing in it is not held. */
export function gone(thread: ThreadView, messageId: MessageId | null): ThreadView {
  const queue = thread.queue.filter((each) => each.messageId !== messageId);
  return { ...thread, queue, queueHeld: thread.queueHeld && queue.length > 0 };
}

export function reordered(thread: ThreadView, order: readonly MessageId[]): ThreadView {
  const byId = new Map(thread.queue.map((each) => [each.messageId, each]));
  const queue = order.map((each) => byId.get(each)).filter((each) => each !== undefined);
  return { ...thread, queue };
}
