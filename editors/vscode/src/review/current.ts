// The review that is under way: of which turn it is, and how its changes stand.

import * as vscode from "vscode";

import type { Peon } from "../editor/peon";
import type { ReviewFile, ReviewPage, StoredEvent, ThreadId, TurnId } from "../protocol_gen";

export interface Reviewed {
  readonly threadId: ThreadId;
  readonly turnId: TurnId;
  readonly number: number;
}

/** After these the changes of a turn may stand differently. */
const TOUCHING = new Set<StoredEvent["type"]>([
  "review.requested",
  "review.recorded",
  "checkpoint.restored",
  "turn.completed",
  "turn.failed",
]);

export class CurrentReview implements vscode.Disposable {
  of: Reviewed | undefined;
  files: readonly ReviewFile[] = [];
  /** Files that stand as the turn left them, so that their lines are those of the review. */
  asLeft: ReadonlySet<string> = new Set();
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onChange = this.changed.event;
  private readonly listening: { dispose(): void }[];

  constructor(private readonly peon: Peon) {
    this.listening = [
      this.changed,
      peon.store.onMessage((message) => {
        if (message.method === "events/appended" && message.params.events.some(this.concerns)) {
          void this.read();
        }
      }),
      peon.store.onChange((state) => {
        if (this.of !== undefined && !state.threads.has(this.of.threadId)) {
          this.close();
        }
      }),
    ];
  }

  async open(of: Reviewed, asLeft: ReadonlySet<string>): Promise<void> {
    this.of = of;
    this.asLeft = asLeft;
    await this.read();
    await vscode.commands.executeCommand("setContext", "peon.reviewing", true);
  }

  close(): void {
    this.of = undefined;
    this.files = [];
    this.asLeft = new Set();
    void vscode.commands.executeCommand("setContext", "peon.reviewing", false);
    this.changed.fire();
  }

  private readonly concerns = (event: StoredEvent): boolean =>
    event.streamId === this.of?.threadId && TOUCHING.has(event.type);

  private async read(): Promise<void> {
    const { of } = this;
    if (of === undefined || !this.peon.can("review/get")) {
      return;
    }
    try {
      const files = await this.pages(of);
      if (this.of === of) {
        this.files = files;
        this.changed.fire();
      }
    } catch (error) {
      // Its checkpoints may be gone by now; what was last known stays in sight.
      this.peon.log.warn(`the review could not be read: ${error}`);
    }
  }

  private async pages({ threadId, turnId }: Reviewed): Promise<ReviewFile[]> {
    const files: ReviewFile[] = [];
    let offset: number | null = 0;
    while (offset !== null) {
      const page: ReviewPage = await this.peon.ask("review/get", { threadId, turnId, offset });
      files.push(...page.files);
      offset = page.nextOffset;
    }
    return files;
  }

  dispose(): void {
    vscode.Disposable.from(...this.listening).dispose();
  }
}
