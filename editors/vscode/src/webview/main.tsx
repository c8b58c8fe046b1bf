// Starts the chat in its webview.

import { render } from "preact";

import { App } from "./app";
import { kept, tell } from "./host";

const root = document.querySelector("#root");
if (root !== null) {
  render(<App />, root);
  tell({ type: "ready", threadId: kept().threadId });
}
