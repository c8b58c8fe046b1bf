// The one item in the status bar: how the server is, what runs, and what waits.

import * as vscode from "vscode";

import type { Peon } from "../editor/peon";
import { runningCount, waiting } from "../state/selectors";

interface Look {
  readonly text: string;
  readonly tooltip: string;
  readonly colour?: "warning" | "error";
  readonly command?: string;
}

export class StatusItem implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private readonly listening: vscode.Disposable[];
  private shown = "";

  constructor(private readonly peon: Peon) {
    this.item = vscode.window.createStatusBarItem("peon", vscode.StatusBarAlignment.Left, 20);
    this.item.name = "Peon";
    this.listening = [
      this.item,
      peon.onHealth(() => this.draw()),
      peon.store.onChange(() => this.draw()),
    ];
    this.draw();
    this.item.show();
  }

  private draw(): void {
    const look = lookOf(this.peon);
    const drawn = JSON.stringify(look);
    if (drawn === this.shown) {
      return;
    }
    this.shown = drawn;
    this.item.text = look.text;
    this.item.tooltip = look.tooltip;
    this.item.command = look.command ?? "peon.showMenu";
    this.item.accessibilityInformation = { label: `Peon: ${look.tooltip}`, role: "button" };
    this.item.backgroundColor =
      look.colour === undefined
        ? undefined
        : new vscode.ThemeColor(`statusBarItem.${look.colour}Background`);
  }

  dispose(): void {
    vscode.Disposable.from(...this.listening).dispose();
  }
}

function lookOf(peon: Peon): Look {
  const { health, condition } = peon;
  switch (health.is) {
    case "stopped":
      return { text: "$(circle-outline) Peon", tooltip: "The server is not running." };
    case "starting":
      return {
        text: "$(loading~spin) Peon",
        tooltip: `The server is starting. ${health.how ?? ""}`.trim(),
      };
    case "waiting":
      return {
        text: "$(sync~spin) Peon",
        tooltip: `${health.why} It is started again.`,
        colour: "warning",
      };
    case "failed":
      return { text: "$(error) Peon", tooltip: health.why, colour: "error" };
    case "running":
      break;
  }
  if (condition.health !== "ok") {
    const tooltip = condition.message ?? "The server takes no changes.";
    return { text: "$(lock) Peon", tooltip, colour: "error" };
  }
  const waits = waiting(peon.store.state).length;
  const runs = runningCount(peon.store.state);
  if (waits > 0) {
    const words = waits === 1 ? "1 approval waits" : `${waits} approvals wait`;
    const text = `$(question) Peon: ${waits} ${waits === 1 ? "waits" : "wait"}`;
    return { text, tooltip: `${words} for you.`, colour: "warning", command: "peon.nextApproval" };
  }
  if (runs > 0) {
    return { text: `$(loading~spin) Peon: ${runs} running`, tooltip: `${runs} running.` };
  }
  return { text: "$(check) Peon", tooltip: "Ready." };
}
