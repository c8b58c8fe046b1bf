// Long work of the server's: a notification that can be cancelled, with what programs say at it. All
// that they said is in a channel of its own, which is offered when the work failed. To cancel it stops
// the work itself, where the server can do that, and else the waiting for it.

import * as vscode from "vscode";

import type { OperationProgress, ThreadId } from "../protocol_gen";
import type { Client } from "../server/client";
import { Refusal } from "../server/failures";
import { lastLine, plain } from "../state/progress";
import { Offer, type Peon } from "./peon";

export class Work implements vscode.Disposable {
  private readonly said = new vscode.EventEmitter<OperationProgress>();
  private made: vscode.OutputChannel | undefined;

  constructor(private readonly peon: Peon) {}

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
    work: (cancellation?: vscode.CancellationToken) => Promise<T>,
  ): Promise<T> {
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    return await vscode.window.withProgress(options, async (progress, cancellation) => {
      const stops = this.peon.can("operation/cancel");
      const stopping = cancellation.onCancellationRequested(() => {
        if (stops) {
          void this.peon.attempt(() => this.stop(threadId));
        }
      });
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
        return await work(stops ? undefined : cancellation);
      } catch (error) {
        if (error instanceof Refusal && error.kind === "operation.cancelled") {
          tellStopped(title, error);
          throw new vscode.CancellationError();
        }
        if (!stops && cancellation.isCancellationRequested) {
          throw new vscode.CancellationError();
        }
        throw said === "" ? error : new Offer(error, "Show Output", () => this.channel.show());
      } finally {
        stopping.dispose();
        listening.dispose();
      }
    });
  }

  /** What it comes to is the answer to whoever has begun it. */
  private async stop(threadId: ThreadId): Promise<void> {
    const operationId = this.peon.store.thread(threadId)?.operation?.operationId ?? null;
    await this.peon.ask("operation/cancel", { threadId, operationId });
  }

  dispose(): void {
    this.said.dispose();
    this.made?.dispose();
  }
}

/** Quietly, unless there is something to know about it. */
function tellStopped(title: string, why: Refusal): void {
  if (why.remedy === null) {
    vscode.window.setStatusBarMessage(`${title}: cancelled`, STAYS_MILLISECONDS);
  } else {
    void vscode.window.showInformationMessage(`${title} was cancelled. ${why.remedy}`);
  }
}

const STAYS_MILLISECONDS = 5_000;

/** So much is kept to find the last line in. */
const LONGEST = 4_096;
