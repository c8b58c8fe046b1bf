// What every part of the extension holds on to: the state, what the server can do, and one way to
// ask it for something that starts it when it is not there and says why when it refuses.

import { isAbsolute, join, relative, sep } from "node:path";
import * as vscode from "vscode";

import type { ProjectView, ProviderView, Requests, ThreadId, ThreadView } from "../protocol_gen";
import type { Cancellation, Method } from "../server/client";
import { Disconnected, Refusal } from "../server/failures";
import type { Session } from "../server/session";
import type { Health, Supervisor } from "../server/supervisor";
import type { Store } from "../store";

const START_MILLISECONDS = 60_000;

/** What sets an agent to work, or runs what a repository brings along. */
const EXECUTING = new Set<Method>([
  "thread/create",
  "turn/start",
  "turn/queue",
  "turn/steer",
  "message/send",
  "provider/authenticate",
  "git/commit",
  "git/push",
  "git/createBranch",
  "git/pullRequest",
  "worktree/restore",
]);

export const UNTRUSTED = "Agents may run what is in this folder, and it is not trusted.";

export class Peon implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  /** The server came, went, or said how it is. */
  readonly onHealth = this.changed.event;
  health: Health = { is: "stopped" };
  /** What the server says of itself; `readOnly` after a failed write. */
  condition: { health: string; message: string | null } = { health: "ok", message: null };
  providers: readonly ProviderView[] = [];

  constructor(
    readonly store: Store,
    readonly session: Session,
    readonly log: vscode.LogOutputChannel,
    private readonly supervisor: () => Supervisor,
  ) {}

  get isConnected(): boolean {
    return this.health.is === "running";
  }

  can(method: string): boolean {
    return this.isConnected && (this.session.greeting?.methods.has(method) ?? false);
  }

  get methods(): readonly string[] {
    return this.isConnected ? [...(this.session.greeting?.methods ?? [])] : [];
  }

  tell(health: Health): void {
    this.health = health;
    this.changed.fire();
  }

  touch(): void {
    this.changed.fire();
  }

  start(): void {
    this.supervisor().start();
  }

  async restart(): Promise<void> {
    await this.supervisor().restart();
  }

  /** Resolves when the server is there. */
  async connected(): Promise<void> {
    if (this.isConnected) {
      return;
    }
    this.start();
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => settle(() => reject(new Disconnected())), START_MILLISECONDS);
      const listening = this.onHealth(() => {
        if (this.isConnected) {
          settle(resolve);
        } else if (this.health.is === "failed") {
          const { why } = this.health;
          settle(() => reject(new Error(why)));
        }
      });
      const settle = (act: () => void) => {
        clearTimeout(timer);
        listening.dispose();
        act();
      };
    });
  }

  /** One of the protocol's requests. Rejects with Refusal, Disconnected, or why there is no server. */
  async ask<M extends Method>(
    method: M,
    params: Requests[M]["params"],
    cancellation?: Cancellation,
  ): Promise<Requests[M]["result"]> {
    if (EXECUTING.has(method) && !vscode.workspace.isTrusted) {
      throw new Error(UNTRUSTED);
    }
    await this.connected();
    const client = this.supervisor().client;
    if (client === undefined) {
      throw new Disconnected();
    }
    return await client.request(method, params, cancellation);
  }

  /** Do something that may be refused, and tell the user why it was; undefined then. */
  async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof vscode.CancellationError)) {
        this.log.warn(String(error));
        void tellOf(error);
      }
      return undefined;
    }
  }

  async readProviders(): Promise<void> {
    this.providers = (await this.ask("provider/list", {})).providers;
    this.changed.fire();
  }

  /** What an agent is called. */
  providerName(providerId: string): string {
    return this.providers.find((each) => each.providerId === providerId)?.name ?? providerId;
  }

  // --- folders and files ------------------------------------------------------------------------

  /** The project of a folder of the workspace; made if there is none. */
  async projectOf(folder: vscode.WorkspaceFolder): Promise<string> {
    const known = this.knownProject(folder);
    if (known !== undefined) {
      return known.projectId;
    }
    try {
      return (await this.ask("project/create", { root: folder.uri.fsPath })).projectId;
    } catch (error) {
      if (error instanceof Refusal && error.kind === "project.rootInUse") {
        return String(error.details["projectId"]);
      }
      throw error;
    }
  }

  knownProject(folder: vscode.WorkspaceFolder): ProjectView | undefined {
    return [...this.store.state.projects.values()].find(
      (project) => project.root === folder.uri.fsPath,
    );
  }

  /** Where the agent of a thread works. */
  folderOf(thread: ThreadView): string {
    return thread.folder || this.store.state.projects.get(thread.projectId)?.root || "";
  }

  fileOf(threadId: ThreadId, path: string): vscode.Uri {
    const thread = this.store.thread(threadId);
    const folder = thread === undefined ? "" : this.folderOf(thread);
    return vscode.Uri.file(isAbsolute(path) ? path : join(folder, path));
  }

  /** A path relative to the folder of a thread, with slashes; undefined where it is outside. */
  relativeTo(folder: string, path: string): string | undefined {
    const way = relative(folder, path);
    return way.startsWith("..") || isAbsolute(way) ? undefined : way.split(sep).join("/");
  }

  dispose(): void {
    this.changed.dispose();
  }
}

/** Something that failed, with one thing that can be done about it. */
export class Offer extends Error {
  constructor(
    why: unknown,
    readonly label: string,
    readonly act: () => void,
  ) {
    super(sentenceOf(why));
  }
}

async function tellOf(error: unknown): Promise<void> {
  const offers = error instanceof Offer ? [error] : [];
  const labels = offers.map((each) => each.label);
  const answer = await vscode.window.showErrorMessage(sentenceOf(error), ...labels);
  offers.find((each) => each.label === answer)?.act();
}

export function sentenceOf(error: unknown): string {
  if (error instanceof Refusal) {
    return error.sentence;
  }
  return error instanceof Error ? error.message : String(error);
}
