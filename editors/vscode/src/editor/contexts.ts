// Tells the editor what can be done now, so that its menus and palette show nothing else.

import * as vscode from "vscode";

import type { Peon } from "./peon";

/** `thread/create` is `peon.has.thread.create` in a `when` clause. */
export function contextOf(method: string): string {
  return `peon.has.${method.replace("/", ".")}`;
}

export function watchContexts(peon: Peon): vscode.Disposable {
  let told = new Set<string>();
  const tell = () => {
    const now = new Set([
      ...(peon.isConnected ? ["peon.connected"] : []),
      ...(peon.health.is === "failed" ? ["peon.failed"] : []),
      ...peon.methods.map(contextOf),
    ]);
    for (const name of new Set([...told, ...now])) {
      if (told.has(name) !== now.has(name)) {
        void vscode.commands.executeCommand("setContext", name, now.has(name));
      }
    }
    told = now;
  };
  tell();
  return peon.onHealth(tell);
}
