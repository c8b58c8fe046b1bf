// A long history is read at its end first, and further back where one scrolls.

import assert from "node:assert/strict";
import { test } from "node:test";

import type { ItemView, StoredEvent, ThreadReading, ThreadView, TurnView } from "../../../../editors/vscode/src/protocol_gen";
import { Session } from "../../../../editors/vscode/src/server/session";
import type { Client } from "../../../../editors/vscode/src/server/client";
import { endOf, isCut, isShort } from "../../../../editors/vscode/src/state/histories";
import { applyEvents, hasGap, isUnsure } from "../../../../editors/vscode/src/state/reduce";
import { Store } from "../../../../editors/vscode/src/store";
import { rowsOf } from "../../../../editors/vscode/src/webview/rows";

const THREAD = "thr-1";

interface Range {
  limit: number;
  before?: number;
  items?: number;
}

/** A server of one thread, which answers as the real one does. */
class Server {
  readonly asked: unknown[] = [];
  addedParams: Record<string, string[]> = { "thread/read": ["turns.items"] };

  constructor(
    readonly turns: TurnView[],
    public status: ThreadView["status"] = "idle",
  ) {}

  thread(turns: TurnView[]): ThreadView {
    const known = { threadId: THREAD, projectId: "p", title: "Long", version: 1 };
    const nothing = { pendingActions: [], queue: [], checkpoints: [], checkpointCount: 0 };
    const turnCount = this.turns.length;
    return { ...known, ...nothing, status: this.status, turns, turnCount } as unknown as ThreadView;
  }

  answer(method: string, params: { turns?: Range | null; withItems?: boolean }) {
    switch (method) {
      case "project/list":
        return { projects: [], sequence: 1 };
      case "thread/list": {
        const turns = this.turns.slice(-1).map((turn) => ({ ...turn, items: null }));
        return { threads: [this.thread(turns)], sequence: 1, threadsBefore: 0 };
      }
      case "events/subscribe":
        return { subscriptionId: "sub-1" };
      default:
        this.asked.push(params.turns ?? params);
        return this.read(params.turns ?? { limit: this.turns.length }, params.withItems);
    }
  }

  private read({ limit, before = Infinity, items }: Range, withItems = true): ThreadReading {
    let turns = this.turns.filter(({ number }) => number < before).slice(-limit);
    let left = 0;
    if (items !== undefined) {
      const all = () => turns.reduce((sum, turn) => sum + (turn.items?.length ?? 0), 0);
      while (turns.length > 1 && all() - (turns[0]?.items?.length ?? 0) >= items) {
        turns = turns.slice(1);
      }
      left = Math.max(0, all() - items);
      turns = turns.map((turn, place) =>
        place === 0 ? { ...turn, items: turn.items?.slice(left) ?? [] } : turn,
      );
    }
    const read = withItems ? turns : turns.map((turn) => ({ ...turn, items: null }));
    return { thread: this.thread(read), itemsBefore: left, sequence: 1 };
  }

  /** One that has just been met. */
  async meet(store: Store, session = new Session(store)): Promise<Session> {
    const client = {
      on: () => {},
      greet: () =>
        Promise.resolve({
          version: "1",
          logId: "log",
          methods: new Set(),
          addedParams: this.addedParams,
        }),
      request: (method: string, params: object) => Promise.resolve(this.answer(method, params)),
    };
    await session.meet(client as unknown as Client, {} as never);
    return session;
  }
}

function turn(number: number, items: number, status: TurnView["status"] = "completed"): TurnView {
  const made = Array.from({ length: items }, (_, place) => ({ itemId: `${number}-${place}` }));
  const known = { turnId: `turn-${number}`, number, status, items: made as ItemView[] };
  return { ...known, undone: false } as unknown as TurnView;
}

function recorded(itemId: string, said: object): StoredEvent {
  const item = { threadId: THREAD, turnId: "turn-1", itemId, kind: "toolCall", status: "running" };
  const payload = { ...item, append: null, patch: null, ...said };
  const type = "item.recorded";
  return { sequence: 2, version: 2, streamId: THREAD, type, payload } as unknown as StoredEvent;
}

const itemsIn = (store: Store) =>
  store.thread(THREAD)?.turns.flatMap(({ items }) => items?.map(({ itemId }) => itemId) ?? []) ?? [];

test("its end is read, then the rest of what was cut, then what was before", async () => {
  const server = new Server([turn(1, 3), turn(2, 500), turn(3, 50)]);
  const store = new Store();
  const session = await server.meet(store);
  await session.open(THREAD);
  assert.equal(itemsIn(store).length, 200);
  assert.equal(itemsIn(store).at(-1), "3-49");
  const rows = () => rowsOf(store.thread(THREAD) as ThreadView);
  assert.equal(rows()[0]?.kind, "earlier");
  assert.equal(await session.openEarlier(THREAD), true);
  assert.equal(itemsIn(store).length, 550);
  assert.equal(await session.openEarlier(THREAD), true);
  assert.equal(itemsIn(store).length, 553);
  assert.equal(rows()[0]?.kind, "prompt");
  assert.equal(await session.openEarlier(THREAD), false);
});

test("what was read of a turn that is over is not forgotten when it is opened again", async () => {
  const server = new Server([turn(1, 900)]);
  const store = new Store();
  const session = await server.meet(store);
  await session.open(THREAD);
  assert.ok(isCut(store.thread(THREAD)?.turns[0]));
  await session.openEarlier(THREAD);
  await session.open(THREAD);
  assert.equal(itemsIn(store).length, 900);
  assert.ok(!isCut(store.thread(THREAD)?.turns[0]));
});

test("a turn that runs is read at its end too, and whole where somebody scrolls back", async () => {
  const server = new Server([turn(1, 300, "running")], "running");
  const store = new Store();
  const session = await server.meet(store);
  await session.open(THREAD);
  assert.equal(itemsIn(store).length, 200);
  assert.equal(itemsIn(store).at(-1), "1-299");
  await session.openEarlier(THREAD);
  assert.equal(itemsIn(store).length, 300);
  await session.open(THREAD);
  assert.equal(itemsIn(store).length, 300);
});

test("what is told of an item that was left out makes no second one of it", async () => {
  const server = new Server([turn(1, 300, "running")], "running");
  const store = new Store();
  const session = await server.meet(store);
  await session.open(THREAD);
  const told = (itemId: string, said: object) =>
    applyEvents(store.state, [recorded(itemId, said)]).threads.get(THREAD)?.turns[0]?.items?.length;
  const patch = { title: null, summary: "more of it" };
  assert.equal(told("1-5", { status: "completed" }), 200);
  assert.equal(told("1-5", { patch }), 200);
  assert.equal(told("1-5", { append: { offset: 7, end: 8, text: "x" } }), 200);
  assert.equal(told("1-300", { append: { offset: 0, end: 1, text: "x" } }), 201);
  assert.equal(told("1-300", { patch: { ...patch, title: "A new one" } }), 201);
  const unsure = (itemId: string, said: object) => isUnsure(store.state, recorded(itemId, said));
  assert.ok(unsure("1-5", { patch }));
  assert.ok(!unsure("1-299", { patch }));
  assert.ok(!unsure("1-300", { append: { offset: 0, end: 1, text: "x" } }));
  const delta = { threadId: THREAD, turnId: "turn-1", itemId: "1-5", kind: "message" } as const;
  assert.ok(!hasGap(store.state, { ...delta, offset: 7, end: 8, text: "x" }));
});

test("a server that cuts no turns is asked for whole ones", async () => {
  const server = new Server([turn(1, 3), turn(2, 500)]);
  server.addedParams = {};
  const store = new Store();
  const session = await server.meet(store);
  await session.open(THREAD);
  assert.equal(itemsIn(store).length, 503);
  assert.deepEqual(server.asked, [{ limit: 20 }]);
});

test("of a thread that was only listed the rest is read, and what was read of it stays", async () => {
  const server = new Server([turn(1, 3), turn(2, 500), turn(3, 5)]);
  const store = new Store();
  const session = await server.meet(store);
  const listed = store.thread(THREAD) as ThreadView;
  assert.deepEqual([listed.turns.length, isShort(listed)], [1, true]);
  await session.open(THREAD);
  assert.equal(itemsIn(store).length, 200);
  const whole = (await session.wholeThread(THREAD)) as ThreadView;
  assert.deepEqual(whole.turns.map(({ number }) => number), [1, 2, 3]);
  assert.equal(isShort(whole), false);
  assert.equal(itemsIn(store).length, 200);
  assert.ok(isCut(whole.turns[1]));
  assert.equal(rowsOf(whole)[0]?.kind, "earlier");
  await session.wholeThread(THREAD);
  assert.deepEqual(server.asked.slice(1), [{ threadId: THREAD, turns: null, withItems: false }]);
  assert.equal(await session.wholeThread("none"), undefined);
});

test("threads are listed page by page, where the server has pages", async () => {
  const all = Array.from({ length: 450 }, (_, place) => ({ threadId: `thr-${place}` }));
  const asked: unknown[] = [];
  class Many extends Server {
    override answer(method: string, params: object) {
      if (method !== "thread/list") {
        return super.answer(method, params);
      }
      asked.push(params);
      const { before: end = all.length, limit = end } = params as Partial<Range>;
      const begin = Math.max(0, end - limit);
      const threads = all.slice(begin, end) as ThreadView[];
      return { threads, threadsBefore: begin, sequence: asked.length };
    }
  }
  const server = new Many([]);
  server.addedParams = { "thread/list": ["turns", "limit", "before"] };
  const store = new Store();
  await server.meet(store);
  assert.deepEqual([...store.state.threads.keys()], all.map(({ threadId }) => threadId));
  assert.deepEqual(asked.splice(0), [{ limit: 200 }, { limit: 200, before: 250 }, { limit: 200, before: 50 }]);
  assert.equal(store.state.sequence, 1);
  server.addedParams = {};
  await server.meet(new Store());
  assert.deepEqual(asked, [{}]);
});

test("of two who show it each has all of it, read once, until the last one closes it", async () => {
  const server = new Server([turn(1, 3)]);
  const store = new Store();
  const session = await server.meet(store);
  const [side, tab] = [{}, {}];
  const first = session.open(THREAD, side);
  await session.open(THREAD, tab);
  assert.equal(itemsIn(store).length, 3);
  await first;
  assert.equal(server.asked.splice(0).length, 1);
  const reads = async () => {
    await server.meet(store, session);
    return server.asked.splice(0).length;
  };
  session.close(THREAD, side);
  assert.equal(await reads(), 1);
  session.close(THREAD, tab);
  assert.equal(await reads(), 0);
});

test("of what is known the end is drawn", () => {
  const thread = new Server([]).thread([turn(1, 30), turn(2, 50), turn(3, 20)]);
  assert.equal(endOf(thread, 100), thread);
  assert.equal(endOf(thread, Number.POSITIVE_INFINITY), thread);
  const end = endOf(thread, 40);
  assert.deepEqual(end.turns[0]?.items, null);
  assert.equal(end.turns[1]?.items?.length, 20);
  assert.equal(end.turns[1]?.items?.at(-1)?.itemId, "2-49");
  assert.ok(isCut(end.turns[1]));
  assert.equal(end.turns[2], thread.turns[2]);
  assert.equal(rowsOf(end)[0]?.kind, "earlier");
  assert.deepEqual(endOf(thread, 20).turns[1]?.items, null);
  const again = endOf(end, 30).turns[1];
  assert.deepEqual([again?.items?.length, (again as { itemsBefore?: number }).itemsBefore], [10, 40]);
});
