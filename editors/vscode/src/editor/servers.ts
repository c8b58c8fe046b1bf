// Where the server comes from, as the settings and the user say.

import * as vscode from "vscode";

import { bundleIn, install, placeOf } from "../server/environment";
import { type Found, isFound, locate, type NotFound } from "../server/locate";
import type { Peon } from "./peon";

const SET_UP = "Set Up";
const SETTINGS = "Settings";

export class Servers {
  /** How the last one was found. */
  how = "not looked for yet";
  private last: NotFound | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
    private readonly peon: () => Peon,
  ) {}

  get version(): string {
    return String(this.context.extension.packageJSON.version);
  }

  /** Arguments of `serve` that the settings ask for. */
  get options(): string[] {
    const folder = settings().get<string>("stateDirectory", "");
    return folder === "" ? [] : ["--state-dir", folder];
  }

  /** Rejects with the obstacle, which the user is told of with a way out of it. */
  async find(): Promise<Found> {
    const result = await locate({
      path: settings().get<string[]>("path", []),
      interpreter: settings().get<string>("interpreter", ""),
      pathVariable: process.env["PATH"] ?? "",
      workspaceFolders: (vscode.workspace.workspaceFolders ?? []).map((each) => each.uri.fsPath),
      bundle: bundleIn(this.context.extensionPath),
      storage: this.context.globalStorageUri.fsPath,
    });
    if (isFound(result)) {
      this.how = result.how;
      this.last = undefined;
      return { ...result, options: this.options };
    }
    this.last = result;
    void this.offer(result);
    throw new Error(result.obstacle);
  }

  async setUp(): Promise<void> {
    if (this.last?.preparable === undefined) {
      this.peon().start();
      await vscode.commands.executeCommand("workbench.action.openSettings", "peon.");
      return;
    }
    const interpreter = this.last.preparable;
    const bundle = bundleIn(this.context.extensionPath);
    if (bundle === undefined) {
      return;
    }
    const place = await placeOf(this.context.globalStorageUri.fsPath, bundle, interpreter);
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: "Setting up Peon's server",
      cancellable: true,
    };
    await vscode.window.withProgress(options, async (progress, cancellation) => {
      const stop = new AbortController();
      cancellation.onCancellationRequested(() => stop.abort());
      await install(place, bundle, interpreter, stop.signal, (line) => {
        this.log.info(`pip: ${line}`);
        progress.report({ message: line.slice(0, 80) });
      });
    });
    await this.peon().restart();
  }

  private async offer(result: NotFound): Promise<void> {
    const ways = result.preparable === undefined ? [SETTINGS] : [SET_UP, SETTINGS];
    const note =
      result.preparable === undefined
        ? ""
        : " They can be installed now, with pip, for the extension alone.";
    const answer = await vscode.window.showWarningMessage(result.obstacle + note, ...ways);
    if (answer === SET_UP) {
      await vscode.commands.executeCommand("peon.setUpServer");
    } else if (answer === SETTINGS) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "peon.");
    }
  }
}

export function settings(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration("peon");
}
