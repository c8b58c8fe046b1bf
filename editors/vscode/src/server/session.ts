// What goes on with one server after another: greet, read the lists, follow every event, and after
// a loss go on from the last one. The state outlives each server.
// Invariant: knows no editor.

import type {
  EventsAppended,
  ReadThread,
  ThreadId,
  ThreadList,
  ThreadView,
  TurnDelta,
  TurnRange,
} from "../protocol_gen";
import { isCut, isShort, PAGE_OF_ITEMS } from "../state/histories";
import { applyDelta, applyEvents, hasGap, isUnsure } from "../state/reduce";
import { type Message, withLists, withThread } from "../state/state";
import type { Store } from "../store";
import type { Client, Greeting, Identity } from "./client";

/** How many turns of a thread are read at first, and each time one scrolls back. */
export const PAGE_OF_TURNS = 20;
/** How many threads are listed at a time. */
const PAGE_OF_THREADS = 200;
const CHECK_MILLISECONDS = 1_000;

/** A thread that is being read: what was told of it meanwhile, and when it is there. */
interface Reading {
  readonly told: Message[];
  readonly done: Promise<void>;
}

export class Session {
  private client: Client | undefined;
  private subscription = "";
  /** Subscriptions that were over before the answer that opened them was looked at. */
  private readonly over = new Set<string>();
  /** Set from the answer of a server; of another log, what is held means nothing. */
  greeting: Greeting | undefined;
  private readonly reading = new Map<ThreadId, Reading>();
  /** Who shows a thread: of several, each for itself. */
  private readonly opened = new Map<ThreadId, Set<object>>();
  /** Those of which somebody has scrolled back to the begin of a turn that runs. */
  private readonly whole = new Set<ThreadId>();
  private checking: NodeJS.Timeout | undefined;

  constructor(private readonly store: Store) {}

  async meet(client: Client, identity: Identity): Promise<void> {
    client.on("events/appended", (params) => this.appended(params));
    client.on("turn/delta", (params) => this.delta(params));
    client.on("events/resync", (params) => this.resynced(params.subscriptionId));
    const greeting = await client.greet(identity);
    const goesOn = this.greeting?.logId === greeting.logId && this.store.state.sequence > 0;
    this.client = client;
    this.greeting = greeting;
    if (!goesOn) {
      const projects = await client.request("project/list", {});
      this.store.set(withLists(projects, await this.threads(client)));
    }
    await this.subscribe();
    await Promise.all([...this.opened.keys()].map((threadId) => this.readEnd(threadId)));
  }

  /** All threads, page by page; an older server gives no pages. */
  private async threads(client: Client): Promise<ThreadList> {
    const pages = this.adds("thread/list", "limit") ? { limit: PAGE_OF_THREADS } : {};
    let list = await client.request("thread/list", pages);
    while (list.threadsBefore > 0) {
      const page = await client.request("thread/list", { ...pages, before: list.threadsBefore });
      list = { ...page, threads: [...page.threads, ...list.threads], sequence: list.sequence };
    }
    return list;
  }

  private adds(method: string, param: string): boolean {
    return this.greeting?.addedParams[method]?.includes(param) ?? false;
  }

  lost(): void {
    this.client = undefined;
    this.subscription = "";
    this.over.clear();
  }

  /** Read the newest turns of a thread, with their items. */
  async open(threadId: ThreadId, reader: object = this): Promise<void> {
    this.opened.set(threadId, (this.opened.get(threadId) ?? new Set()).add(reader));
    await this.readEnd(threadId);
  }

  close(threadId: ThreadId, reader: object = this): void {
    const readers = this.opened.get(threadId);
    readers?.delete(reader);
    if (readers?.size === 0) {
      this.opened.delete(threadId);
      this.whole.delete(threadId);
    }
  }

  /** Another that is reading it reads for all. */
  private async readEnd(threadId: ThreadId): Promise<void> {
    const turns = this.whole.has(threadId) ? { limit: PAGE_OF_TURNS } : this.page();
    await (this.reading.get(threadId)?.done ?? this.read(threadId, turns));
  }

  /** The end of a thread; an older server has only whole turns. */
  private page(): TurnRange {
    return this.adds("thread/read", "turns.items")
      ? { limit: PAGE_OF_TURNS, items: PAGE_OF_ITEMS }
      : { limit: PAGE_OF_TURNS };
  }

  /** Read what was before the items that are known: false where all of them are. */
  async openEarlier(threadId: ThreadId): Promise<boolean> {
    const known = this.store.thread(threadId)?.turns.find((turn) => turn.items !== null);
    if (known === undefined || this.client === undefined) {
      return false;
    }
    if (isCut(known)) {
      if (known.status === "running") {
        this.whole.add(threadId);
      }
      await this.read(threadId, { limit: 1, before: known.number + 1 });
      return true;
    }
    if (known.number > 1) {
      await this.read(threadId, { ...this.page(), before: known.number });
    }
    return known.number > 1;
  }

  /** The thread with all its turns and checkpoints, of which a list has only the newest. */
  async wholeThread(threadId: ThreadId): Promise<ThreadView | undefined> {
    await this.reading.get(threadId)?.done;
    const thread = this.store.thread(threadId);
    if (thread !== undefined && isShort(thread)) {
      await this.read(threadId, null, false);
    }
    return this.store.thread(threadId);
  }

  private async read(
    threadId: ThreadId,
    turns: TurnRange | null,
    withItems?: boolean,
  ): Promise<void> {
    const { client } = this;
    if (client === undefined || this.reading.has(threadId) || !this.store.thread(threadId)) {
      return;
    }
    const told: Message[] = [];
    const wanted = withItems === undefined ? { threadId, turns } : { threadId, turns, withItems };
    const done = this.take(client, wanted, told).finally(() => {
      this.reading.delete(threadId);
    });
    this.reading.set(threadId, { told, done });
    await done;
  }

  private async take(client: Client, wanted: ReadThread, told: readonly Message[]): Promise<void> {
    const reading = await client.request("thread/read", wanted);
    let state = withThread(this.store.state, reading);
    // What was told while it was being read may be newer than what was read.
    for (const message of told) {
      state =
        message.method === "turn/delta"
          ? applyDelta(state, message.params)
          : applyEvents(state, message.params.events);
    }
    this.store.set(state);
  }

  private async subscribe(): Promise<void> {
    const after = this.store.state.sequence;
    const answer = await this.client?.request("events/subscribe", { after, deltas: true });
    this.subscription = answer?.subscriptionId ?? "";
    if (this.over.delete(this.subscription)) {
      await this.subscribe();
    }
  }

  /** A subscription is over: another server has taken its place, or we were too slow. */
  private resynced(subscription: string): void {
    if (subscription !== this.subscription) {
      this.over.add(subscription);
      return;
    }
    this.subscription = "";
    // Where that fails too, the server is begun with anew, ever more slowly, and gone on from here.
    const { client } = this;
    this.subscribe().catch(() => client?.leave().catch(() => {}));
  }

  private appended(params: EventsAppended): void {
    const message: Message = { method: "events/appended", params };
    this.check(params);
    for (const [threadId, { told }] of this.reading) {
      if (params.events.some((event) => event.streamId === threadId)) {
        told.push(message);
      }
    }
    this.store.set(applyEvents(this.store.state, params.events, params.through));
    this.store.pass(message);
  }

  /**
   * Of a turn whose begin is not known, an item that is told of for the first time may be an old
   * one. It is taken for new, and a moment later it is looked at again where it stands.
   */
  private check(params: EventsAppended): void {
    const unsure = params.events.filter((event) => isUnsure(this.store.state, event));
    const [first] = unsure.filter((event) => this.opened.has(event.streamId));
    if (first !== undefined) {
      this.checking ??= setTimeout(() => {
        this.checking = undefined;
        void this.reopen(first.streamId);
      }, CHECK_MILLISECONDS);
    }
  }

  /** Read a thread again that is shown, and tell those who fold it by themselves. */
  private async reopen(threadId: ThreadId): Promise<void> {
    try {
      if (this.opened.has(threadId)) {
        await this.readEnd(threadId);
        this.store.reread(threadId);
      }
    } catch {
      // The server has gone: with the next one it is read anyhow.
    }
  }

  private delta(params: TurnDelta): void {
    const message: Message = { method: "turn/delta", params };
    const reading = this.reading.get(params.threadId);
    reading?.told.push(message);
    if (hasGap(this.store.state, params)) {
      if (reading === undefined && this.opened.has(params.threadId)) {
        void this.reopen(params.threadId);
      }
      return;
    }
    this.store.set(applyDelta(this.store.state, params));
    this.store.pass(message);
  }
}
