// What the webview knows, and how what it hears changes it. The thread is folded here as everywhere.

import type { Scene, ToWebview } from "../chat/bridge";
import type { ThreadView } from "../protocol_gen";
import { reduce } from "../state/reduce";
import { EMPTY, type Message } from "../state/state";

export const NOTHING: Scene = {
  connected: false,
  trouble: null,
  folder: null,
  project: null,
  thread: null,
  providers: [],
  offers: {},
  methods: [],
  waitingElsewhere: 0,
  revision: 0,
};

export function hear(scene: Scene, message: ToWebview): Scene {
  switch (message.type) {
    case "scene":
      return { ...message.scene, revision: scene.revision + 1 };
    case "surroundings":
      return { ...scene, ...message.surroundings };
    case "message":
      return {
        ...scene,
        thread: folded(scene.thread, message.message),
        revision: scene.revision + (touchesReviews(message.message) ? 1 : 0),
      };
    default:
      return scene;
  }
}

const TOUCHING = new Set(["review.recorded", "review.requested", "checkpoint.restored"]);

function touchesReviews(message: Message): boolean {
  return (
    message.method === "events/appended" &&
    message.params.events.some((event) => TOUCHING.has(event.type))
  );
}

function folded(thread: ThreadView | null, message: Message): ThreadView | null {
  if (thread === null) {
    return null;
  }
  const state = { ...EMPTY, threads: new Map([[thread.threadId, thread]]) };
  return reduce(state, message).threads.get(thread.threadId) ?? null;
}
