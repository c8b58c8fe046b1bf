// Commands about the server: starting it, setting it up, and what to say when it is unwell.

import * as vscode from "vscode";

import type { Peon } from "../editor/peon";
import type { Servers } from "../editor/servers";
import { waiting } from "../state/selectors";
import type { Command } from "./threads";

export function serverCommands(
  peon: Peon,
  servers: Servers,
  trace: vscode.LogOutputChannel,
): Record<string, Command> {
  return {
    "peon.restartServer": () => peon.restart(),
    "peon.startServer": () => peon.start(),
    "peon.setUpServer": () => servers.setUp(),
    "peon.showLog": () => peon.log.show(),
    "peon.showTrace": () => {
      trace.show();
      if (trace.logLevel !== vscode.LogLevel.Trace) {
        void vscode.window.showInformationMessage(
          "Messages are written while the level of the channel “Peon Protocol” is Trace.",
        );
      }
    },
    "peon.copyDiagnostics": () => copyDiagnostics(peon, servers),
    "peon.showMenu": () => showMenu(peon),
    "peon.openWalkthrough": () =>
      vscode.commands.executeCommand(
        "workbench.action.openWalkthrough",
        "peon.peon#peon.start",
        false,
      ),
  };
}

async function copyDiagnostics(peon: Peon, servers: Servers): Promise<void> {
  const status = peon.isConnected ? await peon.ask("server/status", {}) : null;
  const lines = {
    extension: servers.version,
    editor: `${vscode.env.appName} ${vscode.version}`,
    system: `${process.platform} ${process.arch}`,
    server: servers.how,
    health: peon.health,
    status,
    projects: peon.store.state.projects.size,
    threads: peon.store.state.threads.size,
    waiting: waiting(peon.store.state).length,
    providers: peon.providers.map((each) => `${each.providerId}: ${each.available}`),
    methods: peon.methods,
  };
  await vscode.env.clipboard.writeText(JSON.stringify(lines, null, 2));
  void vscode.window.showInformationMessage("Diagnostics were copied. They hold no prompts.");
}

async function showMenu(peon: Peon): Promise<void> {
  const items: (vscode.QuickPickItem & { command: string })[] = [
    { label: "$(comment) Open the chat", command: "peon.chat.focus" },
    { label: "$(add) New thread", command: "peon.newThread" },
    { label: "$(debug-restart) Restart the server", command: "peon.restartServer" },
    { label: "$(output) Show the log", command: "peon.showLog" },
    { label: "$(copy) Copy diagnostics", command: "peon.copyDiagnostics" },
  ];
  if (peon.health.is === "failed") {
    items.unshift({ label: "$(tools) Set up the server", command: "peon.setUpServer" });
  }
  const title = peon.health.is === "failed" ? peon.health.why : "Peon";
  const chosen = await vscode.window.showQuickPick(items, { title });
  if (chosen !== undefined) {
    await vscode.commands.executeCommand(chosen.command);
  }
}
