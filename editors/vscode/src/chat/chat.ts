// One chat: a webview, in the side bar or in a tab, and the thread that it shows.

import * as vscode from "vscode";

import { complete } from "../editor/context";
import { type Peon, sentenceOf } from "../editor/peon";
import type { Rules } from "../editor/rules";
import type {
  ItemId,
  ProjectView,
  RejectChanges,
  Requests,
  ThreadId,
  ThreadView,
} from "../protocol_gen";
import { takeBack } from "../review/takeBack";
import { Refusal } from "../server/failures";
import { decisionWords } from "../state/decisions";
import { endOf, PAGE_OF_ITEMS } from "../state/histories";
import { offersOf } from "../state/options";
import { waiting } from "../state/selectors";
import type { Message } from "../state/state";
import {
  ASKABLE,
  type Attachment,
  type Beginning,
  type FromWebview,
  RUNNABLE,
  type Scene,
  type ToWebview,
} from "./bridge";
import { optionsOf, pageOf } from "./html";

/** What a chat shows and what is typed in it, where a window that is reloaded finds it again. */
export interface Memory {
  get(): { readonly threadId?: ThreadId | undefined; readonly draft?: string | undefined };
  set(changes: ReturnType<Memory["get"]>): void;
}

/** What is sent whole when the page is there. */
const DRAWN = new Set<ToWebview["type"]>(["scene", "surroundings", "message"]);

export class Chat implements vscode.Disposable {
  private readonly belongings: vscode.Disposable[] = [];
  private readonly held: ToWebview[] = [];
  private isReady = false;
  /** How many items are drawn of the thread: all of them once somebody has scrolled back. */
  private drawn = PAGE_OF_ITEMS;

  constructor(
    private readonly peon: Peon,
    private readonly rules: Rules,
    private readonly webview: vscode.Webview,
    extension: vscode.Uri,
    public threadId: ThreadId | undefined,
    private readonly memory: Memory | undefined,
    private readonly onShown: (chat: Chat) => void,
  ) {
    webview.options = optionsOf(extension);
    this.belongings.push(
      webview.onDidReceiveMessage((message: FromWebview) => this.hear(message)),
      peon.onHealth(() => this.draw()),
      peon.store.onMessage((message) => this.pass(message)),
      peon.store.onReread((threadId) => threadId === this.threadId && this.draw()),
      peon.store.onChange((state, before) => {
        const { threadId } = this;
        const isNew = threadId !== undefined && !before.threads.has(threadId);
        const isGone = threadId !== undefined && !state.threads.has(threadId);
        if (isGone && before.threads.has(threadId)) {
          this.threadId = undefined;
        }
        const lists =
          state.projects !== before.projects || waiting(state).length !== waiting(before).length;
        if (isGone || isNew) {
          this.draw();
        } else if (lists) {
          this.drawAround();
        }
      }),
    );
    webview.html = pageOf(webview, extension);
  }

  /** Show a thread, or the place where a new one is begun. */
  async show(threadId: ThreadId | undefined): Promise<void> {
    if (this.threadId !== undefined && this.threadId !== threadId) {
      this.peon.session.close(this.threadId, this);
    }
    if (this.threadId !== threadId) {
      this.drawn = PAGE_OF_ITEMS;
    }
    this.threadId = threadId;
    if (threadId !== undefined) {
      if (this.thread?.status === "idle") {
        // What is known of it; of one that is at work too much may be.
        this.draw();
      }
      await this.peon.session.open(threadId, this);
    }
    this.memory?.set({ threadId });
    this.draw();
    this.onShown(this);
  }

  attach(attachments: Attachment[]): void {
    this.post({ type: "attach", attachments });
    this.post({ type: "focus" });
  }

  focus(): void {
    this.post({ type: "focus" });
  }

  /** The page is out of sight, and so it is gone: what is said now waits for the next one. */
  sleep(): void {
    this.isReady = false;
  }

  reveal(actionId: string): void {
    this.post({ type: "reveal", actionId });
  }

  get thread(): ThreadView | undefined {
    return this.threadId === undefined ? undefined : this.peon.store.thread(this.threadId);
  }

  dispose(): void {
    if (this.threadId !== undefined) {
      this.peon.session.close(this.threadId, this);
    }
    vscode.Disposable.from(...this.belongings).dispose();
  }

  // --- to the webview ---------------------------------------------------------------------------

  private draw(): void {
    this.post({ type: "scene", scene: this.scene() });
  }

  /** Draw all but the thread: the webview folds that one itself, and it may be large. */
  private drawAround(): void {
    const { thread: _, revision: __, ...surroundings } = this.scene();
    this.post({ type: "surroundings", surroundings });
  }

  private pass(message: Message): void {
    const { threadId } = this;
    if (threadId === undefined) {
      return;
    }
    if (message.method === "turn/delta") {
      if (message.params.threadId === threadId) {
        this.post({ type: "message", message });
      }
      return;
    }
    const events = message.params.events.filter((event) => event.streamId === threadId);
    if (events.length > 0) {
      const params = { ...message.params, events };
      this.post({ type: "message", message: { ...message, params } });
    }
  }

  private scene(): Scene {
    const thread = this.drawable();
    const { health, condition } = this.peon;
    const lost = health.is === "failed" || health.is === "waiting" ? health.why : null;
    return {
      connected: this.peon.isConnected,
      trouble: lost ?? condition.message,
      folder: vscode.workspace.workspaceFolders?.[0]?.name ?? null,
      project: this.project(thread) ?? null,
      thread,
      providers: this.peon.providers,
      offers: offersOf(this.peon.store.state),
      methods: this.peon.methods,
      waitingElsewhere: waiting(this.peon.store.state).filter(
        (each) => each.threadId !== this.threadId,
      ).length,
      revision: 0,
    };
  }

  /** The thread, or the end of it. Of a turn that runs any item that is known may change. */
  private drawable(): ThreadView | null {
    const { thread } = this;
    if (thread === undefined) {
      return null;
    }
    if (thread.status !== "idle") {
      this.drawn = Number.POSITIVE_INFINITY;
    }
    return endOf(thread, this.drawn);
  }

  private project(thread: ThreadView | null): ProjectView | undefined {
    if (thread !== null) {
      return this.peon.store.state.projects.get(thread.projectId);
    }
    const folder = vscode.workspace.workspaceFolders?.[0];
    return folder === undefined ? undefined : this.peon.knownProject(folder);
  }

  private post(message: ToWebview): void {
    if (this.isReady) {
      void this.webview.postMessage(message);
    } else if (!DRAWN.has(message.type)) {
      this.held.push(message);
    }
  }

  // --- from the webview -------------------------------------------------------------------------

  private hear(message: FromWebview): void {
    switch (message.type) {
      case "ready":
        void this.ready(message.threadId);
        break;
      case "ask":
        void this.answer(message.id, () => this.ask(message.method, message.params));
        break;
      case "begin":
        void this.answer(message.id, () => this.begin(message.beginning));
        break;
      case "complete":
        void this.answer(message.id, () => complete(message.text));
        break;
      case "drafted":
        this.memory?.set({ draft: message.text });
        break;
      case "earlier":
        void this.answer(message.id, () => this.earlier());
        break;
      case "decided":
        void this.answer(message.id, () => this.decided(message.itemId));
        break;
      case "run":
        if (RUNNABLE.includes(message.command)) {
          void vscode.commands.executeCommand(message.command, ...message.args);
        }
        break;
    }
  }

  /** The page is new, be it the first time or after it was hidden; it remembers what it showed. */
  private async ready(remembered: ThreadId | null): Promise<void> {
    this.isReady = true;
    if (this.memory !== undefined) {
      this.post({ type: "draft", text: this.memory.get().draft ?? "" });
    }
    this.draw();
    await this.peon.attempt(async () => {
      await this.peon.connected();
      const shown = this.threadId ?? remembered ?? this.memory?.get().threadId;
      const known = shown !== undefined && this.peon.store.thread(shown) !== undefined;
      await this.show(known ? shown : undefined);
    });
    for (const message of this.held.splice(0)) {
      this.post(message);
    }
  }

  private async answer(id: number, work: () => Promise<unknown>): Promise<void> {
    try {
      this.post({ type: "answer", id, result: (await work()) ?? null });
    } catch (error) {
      const details = error instanceof Refusal ? error.details : {};
      this.post({ type: "refusal", id, message: sentenceOf(error), details });
    }
  }

  private async ask(method: string, params: Record<string, unknown>): Promise<unknown> {
    if (!(ASKABLE as readonly string[]).includes(method) || this.threadId === undefined) {
      throw new Error(`The chat may not ask for ${method}.`);
    }
    // A value that is kept apart belongs to no thread; all else is about the one that is shown.
    const known = method as keyof Requests;
    const whole = (
      method === "blob/read" ? params : { ...params, threadId: this.threadId }
    ) as Requests[typeof known]["params"];
    return known === "review/reject"
      ? await takeBack(this.peon, whole as RejectChanges)
      : await this.peon.ask(known, whole);
  }

  private async begin(beginning: Beginning): Promise<void> {
    const { prompt, ...chosen } = beginning;
    const threadId = await vscode.commands.executeCommand<ThreadId | undefined>(
      "peon.createThread",
      chosen,
    );
    if (threadId === undefined) {
      throw new Error("There is no thread to ask.");
    }
    await this.show(threadId);
    await this.peon.ask("turn/start", { threadId, prompt });
  }

  /** Who settled what the agent asked for with an item; null where it asked for nothing. */
  private async decided(itemId: ItemId): Promise<{ words: string; byRule: boolean } | null> {
    const { thread } = this;
    if (thread === undefined || !this.peon.can("events/read")) {
      return null;
    }
    const settled = await this.rules.settledIn(thread.threadId);
    const found = settled.findLast((each) => each.itemId === itemId);
    if (found === undefined) {
      return null;
    }
    const byRule = found.by.kind === "rule";
    const nameOf = byRule ? await this.rules.namesIn(thread.projectId) : () => undefined;
    return { words: decisionWords(found, nameOf), byRule };
  }

  private async earlier(): Promise<void> {
    const { thread } = this;
    if (thread === undefined) {
      return;
    }
    const isAllDrawn = endOf(thread, this.drawn) === thread;
    this.drawn = Number.POSITIVE_INFINITY;
    if (isAllDrawn) {
      await this.peon.session.openEarlier(thread.threadId);
    }
    this.draw();
  }
}
