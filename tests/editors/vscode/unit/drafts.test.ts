// What is typed and not sent yet: which of its two memories is believed after a reload.

import assert from "node:assert/strict";
import { test } from "node:test";

const SENT = "a prompt that was sent since";

/** The editor's own memory of the page, as of a minute before its window was reloaded. */
let state: unknown = { threadId: "one", draft: SENT };
const said: unknown[] = [];
Object.assign(globalThis, {
  acquireVsCodeApi: () => ({
    getState: () => state,
    setState: (next: unknown) => {
      state = next;
    },
    postMessage: (message: unknown) => said.push(message),
  }),
});

test("the extension's memory of a draft is newer than the editor's", async () => {
  const { keep, kept, recall } = await import("../../../../editors/vscode/src/webview/host");
  assert.equal(kept().draft, SENT);
  recall("");
  assert.deepEqual(kept(), { threadId: "one", draft: "" });
  recall("a draft");
  assert.equal(kept().draft, "a draft");
  assert.deepEqual(said, [], "what the extension told is not told to it");
  keep({ draft: "a draft of more" });
  assert.deepEqual(said, [{ type: "drafted", text: "a draft of more" }]);
});
