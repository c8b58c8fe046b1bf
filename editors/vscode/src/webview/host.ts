// The webview's end of the bridge.

import type { Askable, FromWebview, Runnable, ToWebview } from "../chat/bridge";
import type { Requests } from "../protocol_gen";

const api = acquireVsCodeApi<Kept>();

/** What the webview remembers of itself when it is hidden or reloaded. */
export interface Kept {
  threadId: string | null;
  draft: string;
}

/** The server said no, in a sentence and as data. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly details: Record<string, unknown>,
  ) {
    super(message);
  }
}

const open = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
let count = 0;

export function kept(): Kept {
  return api.getState() ?? { threadId: null, draft: "" };
}

export function keep(changes: Partial<Kept>): void {
  api.setState({ ...kept(), ...changes });
  if (changes.draft !== undefined && changes.draft !== told) {
    // The editor forgets our state when its whole window is reloaded; the extension does not.
    told = changes.draft;
    tell({ type: "drafted", text: told });
  }
}

let told: string | undefined;

/**
 * Take up the draft that the extension has kept, whatever we remember ourselves.
 *
 * The editor writes our state down only now and then, so after its window was reloaded ours can be
 * the one of a minute ago, with a prompt in it that has long been sent. The extension is told of
 * every change as it happens.
 */
export function recall(draft: string): void {
  told = draft;
  keep({ draft });
}

export function tell(message: FromWebview): void {
  api.postMessage(message);
}

export function run(command: Runnable, ...args: unknown[]): void {
  tell({ type: "run", command, args });
}

/** One of the protocol's requests, about the thread that is shown. */
export function ask<M extends Askable>(
  method: M,
  params: Omit<Requests[M]["params"], "threadId">,
): Promise<Requests[M]["result"]> {
  return call((id) => ({ type: "ask", id, method, params })) as Promise<Requests[M]["result"]>;
}

let isReading = false;

/** Ask for what came before the rows that are there; once at a time. */
export async function showEarlier(): Promise<void> {
  if (!isReading) {
    isReading = true;
    try {
      await call((id) => ({ type: "earlier", id }));
    } finally {
      isReading = false;
    }
  }
}

export function call(message: (id: number) => FromWebview): Promise<unknown> {
  count += 1;
  const id = count;
  return new Promise((resolve, reject) => {
    open.set(id, { resolve, reject });
    tell(message(id));
  });
}

export function listen(hear: (message: ToWebview) => void): void {
  window.addEventListener("message", ({ data }: MessageEvent<ToWebview>) => {
    if (data.type === "answer" || data.type === "refusal") {
      const waiting = open.get(data.id);
      open.delete(data.id);
      if (data.type === "answer") {
        waiting?.resolve(data.result);
      } else {
        waiting?.reject(new Refused(data.message, data.details));
      }
    } else {
      hear(data);
    }
  });
}
