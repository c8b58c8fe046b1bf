// Long work of the server's: a notification that can be cancelled, with what programs say at it. All
// that they said is in a channel of its own, which is offered when the work failed.

import * as vscode from "vscode";

import type { OperationProgress, ThreadId } from "../protocol_gen";
import type { Client } from "../server/client";
import { lastLine, plain } from "../state/progress";
import { Offer } from "./peon";

export class Work implements vscode.Disposable {
  private readonly said = new vscode.EventEmitter<OperationProgress>();
  private made: vscode.OutputChannel | undefined;

  listen(client: Client): void {
    client.on("operation/progress", (progress) => this.said.fire(progress));
  }

  get channel(): vscode.OutputChannel {
    this.made ??= vscode.window.createOutputChannel("Peon Work");
    return this.made;
  }

  /** Do something for a thread, showing what is said at it. */
  async run<T>(
    title: string,
    threadId: ThreadId,
    work: (cancellation: vscode.CancellationToken) => Promise<T>,
  ): Promise<T> {
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    return await vscode.window.withProgress(options, async (progress, cancellation) => {
      let said = "";
      const listening = this.said.event((told) => {
        if (told.threadId !== threadId) {
          return;
        }
        if (said === "") {
          this.channel.appendLine(`── ${title} (${new Date().toLocaleTimeString()})`);
        }
        said = (said + told.text).slice(-LONGEST);
        this.channel.append(plain(told.text));
        progress.report({ message: lastLine(said) });
      });
      try {
        return await work(cancellation);
      } catch (error) {
        if (cancellation.isCancellationRequested) {
          throw new vscode.CancellationError();
        }
        throw said === "" ? error : new Offer(error, "Show Output", () => this.channel.show());
      } finally {
        listening.dispose();
      }
    });
  }

  dispose(): void {
    this.said.dispose();
    this.made?.dispose();
  }
}

/** So much is kept to find the last line in. */
const LONGEST = 4_096;
