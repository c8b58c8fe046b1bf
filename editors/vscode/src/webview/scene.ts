// What the webview knows, and how what it hears changes it. The thread is folded here as everywhere.

import type { Scene, ToWebview } from "../chat/bridge";
import type { ThreadView } from "../protocol_gen";
import { reduce } from "../state/reduce";
import { EMPTY, type Message } from "../state/state";

export const NOTHING: Scene = {
  connected: false,
  trouble: null,
  project: null,
  thread: null,
  providers: [],
  methods: [],
  waitingElsewhere: 0,
};

export function hear(scene: Scene, message: ToWebview): Scene {
  switch (message.type) {
    case "scene":
      return message.scene;
    case "message":
      return { ...scene, thread: folded(scene.thread, message.message) };
    default:
      return scene;
  }
}

function folded(thread: ThreadView | null, message: Message): ThreadView | null {
  if (thread === null) {
    return null;
  }
  const state = { ...EMPTY, threads: new Map([[thread.threadId, thread]]) };
  return reduce(state, message).threads.get(thread.threadId) ?? null;
}
