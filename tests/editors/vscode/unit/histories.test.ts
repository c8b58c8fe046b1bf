// A long history is read at its end first, and further back where one scrolls.

import assert from "node:assert/strict";
import { test } from "node:test";

import type { ItemView, ThreadReading, ThreadView, TurnView } from "../../../../editors/vscode/src/protocol_gen";
import { Session } from "../../../../editors/vscode/src/server/session";
import type { Client } from "../../../../editors/vscode/src/server/client";
import { endOf, isCut } from "../../../../editors/vscode/src/state/histories";
import { Store } from "../../../../editors/vscode/src/store";
import { rowsOf } from "../../../../editors/vscode/src/webview/rows";

const THREAD = "thr-1";

/** A server of one thread, which answers as the real one does. */
class Server {
  readonly asked: unknown[] = [];

  constructor(
    readonly turns: TurnView[],
    public status: ThreadView["status"] = "idle",
  ) {}

  thread(turns: TurnView[]): ThreadView {
    const known = { threadId: THREAD, projectId: "p", title: "Long", version: 1, pendingActions: [] };
    return { ...known, status: this.status, turns } as unknown as ThreadView;
  }

  answer(method: string, params: { turns?: { limit: number; before?: number; items?: number } }) {
    switch (method) {
      case "project/list":
        return { projects: [], sequence: 1 };
      case "thread/list": {
        const turns = this.turns.map((turn) => ({ ...turn, items: null }));
        return { threads: [this.thread(turns)], sequence: 1 };
      }
      case "events/subscribe":
        return { subscriptionId: "sub-1" };
      default:
        this.asked.push(params.turns);
        return this.read(params.turns ?? { limit: this.turns.length });
    }
  }

  private read({ limit, before = Infinity, items }: { limit: number; before?: number; items?: number }): ThreadReading {
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
    return { thread: this.thread(turns), itemsBefore: left, sequence: 1 };
  }

  /** One that has just been met. */
  async meet(store: Store): Promise<Session> {
    const session = new Session(store);
    const client = {
      on: () => {},
      greet: () => Promise.resolve({ version: "1", logId: "log", methods: new Set() }),
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

test("a turn that runs is read whole, even where it began a moment ago", async () => {
  for (const status of ["running", "idle"] as const) {
    const server = new Server([turn(1, 300, "running")], status);
    const store = new Store();
    const session = await server.meet(store);
    await session.open(THREAD);
    assert.equal(itemsIn(store).length, 300);
    assert.equal(server.asked.length, status === "idle" ? 2 : 1);
  }
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
