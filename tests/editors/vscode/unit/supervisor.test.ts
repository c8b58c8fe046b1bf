// How a server is kept: started again more and more slowly, once for many wishes, and gone on with
// from the last event. The servers here are processes; the last test has real ones.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import type { Client, Identity } from "../../../../editors/vscode/src/server/client";
import { Session } from "../../../../editors/vscode/src/server/session";
import {
  type Health,
  Supervisor,
  type Surroundings,
} from "../../../../editors/vscode/src/server/supervisor";
import { Store } from "../../../../editors/vscode/src/store";

const PYTHON = process.env["PEON_TEST_PYTHON"] ?? "";
const home = mkdtempSync(join(tmpdir(), "peon-supervisor-"));
after(() => rmSync(home, { recursive: true }));

const IDENTITY: Identity = { name: "tests", version: "1", environment: {}, folders: [] };
const DIES = [process.execPath, "-e", "process.stderr.write('no luck\\n'); process.exitCode = 3"];
/** A server that is content with everything. */
const CONTENT = `
let heard = Buffer.alloc(0);
process.stdin.on("data", (data) => {
  heard = Buffer.concat([heard, data]);
  for (;;) {
    const end = heard.indexOf("\\r\\n\\r\\n");
    const length = Number(/\\d+/.exec(heard.subarray(0, Math.max(end, 0)).toString()));
    if (end < 0 || heard.length < end + 4 + length) {
      return;
    }
    const { id, method } = JSON.parse(heard.subarray(end + 4, end + 4 + length).toString());
    heard = heard.subarray(end + 4 + length);
    if (method === "exit") {
      process.exit();
    }
    if (id !== undefined) {
      const peon = { methods: [], logId: "log" };
      const result = { serverInfo: { version: "1" }, capabilities: { experimental: { peon } } };
      const answer = JSON.stringify({ jsonrpc: "2.0", id, result });
      process.stdout.write("Content-Length: " + answer.length + "\\r\\n\\r\\n" + answer);
    }
  }
});`;
const STAYS = [process.execPath, "-e", CONTENT];

async function greeted(client: Client): Promise<void> {
  await client.greet(IDENTITY);
}

/** What surrounds a supervisor, and what it was seen to do. */
class World implements Surroundings {
  readonly healths: Health[] = [];
  readonly waited: number[] = [];
  readonly sent: { method: string; params: Record<string, unknown> }[] = [];
  started = 0;
  lostTimes = 0;
  clock = 0;
  /** While it stands, no server is found. */
  searching: Promise<void> | undefined;
  private readonly watching = new Set<() => void>();

  constructor(
    private readonly argv: readonly string[],
    private readonly greet: (client: Client) => Promise<void>,
    private readonly options: readonly string[] = [],
  ) {}

  async find() {
    this.started += 1;
    await this.searching;
    return { argv: this.argv, how: "the test", options: this.options };
  }

  async meet(client: Client) {
    await this.greet(client);
  }

  lost() {
    this.lostTimes += 1;
  }

  tell(health: Health) {
    this.healths.push(health);
    this.look();
  }

  log() {}

  trace = (direction: "→" | "←", message: unknown) => {
    const { method, params } = message as { method?: string; params?: Record<string, unknown> };
    if (direction === "→" && method !== undefined) {
      this.sent.push({ method, params: params ?? {} });
    }
  };

  now() {
    return this.clock;
  }

  async wait(milliseconds: number) {
    this.waited.push(milliseconds);
  }

  get health(): Health | undefined {
    return this.healths.at(-1);
  }

  look() {
    for (const each of this.watching) {
      each();
    }
  }

  /** Resolves when it holds, looking whenever something is told. */
  async until(holds: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = () => {
        if (holds()) {
          this.watching.delete(look);
          resolve();
        }
      };
      this.watching.add(look);
      look();
    });
  }
}

test("one that dies at once is started ever more slowly, and then no more", async () => {
  const world = new World(DIES, greeted);
  const supervisor = new Supervisor(world);
  supervisor.start();
  await world.until(() => world.health?.is === "failed");
  assert.deepEqual(world.waited, [0, 250, 1_000, 4_000, 15_000, 30_000]);
  assert.equal(world.started, 7);
  assert.deepEqual(world.health, {
    is: "failed",
    why: "The server ended with code 3. no luck",
  });
  // Who asks again gets another try.
  supervisor.start();
  await world.until(() => world.started > 7);
  await supervisor.stop();
  assert.equal(world.health?.is, "stopped");
});

test("one that lived for a while is started again at once", async () => {
  const world = new World(DIES, async (client) => {
    world.clock += 120_000;
    await client.greet(IDENTITY);
  });
  const supervisor = new Supervisor(world);
  supervisor.start();
  await world.until(() => world.waited.length >= 8);
  await supervisor.stop();
  assert.deepEqual(new Set(world.waited), new Set([0]));
});

test("one that is not there fails with a reason, and nothing is thrown about", async () => {
  const world = new World([join(home, "nothing")], greeted);
  const supervisor = new Supervisor(world);
  supervisor.start();
  await world.until(() => world.health?.is === "failed");
  assert.match(JSON.stringify(world.health), /cannot be started/);
  await supervisor.stop();
});

test("one that takes long to start says how far it is", async () => {
  const value = { kind: "report", message: "event 1,000 of 2,000" };
  const params = { token: "start", value };
  const told = JSON.stringify({ jsonrpc: "2.0", method: "$/progress", params });
  const message = `Content-Length: ${told.length}\r\n\r\n${told}`;
  const slow = `process.stdout.write(${JSON.stringify(message)});${CONTENT}`;
  const world = new World([process.execPath, "-e", slow], greeted);
  const supervisor = new Supervisor(world);
  supervisor.start();
  await world.until(() => world.health?.is === "running");
  assert.deepEqual(world.healths, [
    { is: "starting" },
    { is: "starting", how: "event 1,000 of 2,000" },
    { is: "running" },
  ]);
  await supervisor.stop();
});

test("many wishes for a restart are one", async () => {
  const world = new World(STAYS, greeted);
  const supervisor = new Supervisor(world);
  supervisor.start();
  supervisor.start();
  await world.until(() => world.health?.is === "running");
  assert.equal(world.started, 1);
  await Promise.all([supervisor.restart(), supervisor.restart(), supervisor.restart()]);
  await world.until(() => world.started === 2 && world.health?.is === "running");
  assert.deepEqual(
    world.healths.map((each) => each.is),
    ["starting", "running", "stopped", "starting", "running"],
  );
  await supervisor.stop();
  assert.equal(world.started, 2);
  assert.equal(world.lostTimes, 2);
  assert.equal(world.health?.is, "stopped");
});

test("who starts it while it is being stopped has it in the end", async () => {
  const world = new World(STAYS, greeted);
  const supervisor = new Supervisor(world);
  supervisor.start();
  await world.until(() => world.health?.is === "running");
  const stopped = supervisor.stop();
  supervisor.start();
  await stopped;
  await world.until(() => world.started === 2 && world.health?.is === "running");
  await supervisor.stop();
});

test("one that is still being looked for is not started any more", async () => {
  const world = new World(STAYS, greeted);
  let finish = () => {};
  world.searching = new Promise((resolve) => {
    finish = resolve;
  });
  const supervisor = new Supervisor(world);
  supervisor.start();
  await world.until(() => world.started === 1);
  const stopped = supervisor.stop();
  finish();
  await stopped;
  assert.deepEqual(
    world.healths.map((each) => each.is),
    ["starting", "stopped"],
  );
});

test("after a loss the state goes on from its last event, and of another log it begins again", async () => {
  const store = new Store();
  const session = new Session(store);
  const options = ["--standalone", "--state-dir", join(home, "state")];
  const world = new World(
    [PYTHON, "-I", "-m", "peon"],
    (client) => session.meet(client, IDENTITY),
    options,
  );
  const supervisor = new Supervisor({
    ...bound(world),
    lost: () => {
      session.lost();
      world.lost();
    },
  });
  const root = join(home, "project");
  mkdirSync(root);
  supervisor.start();
  await world.until(() => world.health?.is === "running");
  const { projectId } = await asked(supervisor).request("project/create", { root });
  await reached(store, () => store.state.projects.has(projectId));
  const { sequence } = store.state;
  const told = world.sent.length;

  process.kill(supervisor.pid ?? 0, "SIGKILL");
  await world.until(() => world.started === 2 && world.health?.is === "running");

  assert.deepEqual(
    world.sent.slice(told).map(({ method }) => method),
    ["initialize", "initialized", "events/subscribe"],
  );
  assert.equal(world.sent.at(-1)?.params["after"], sequence);
  await asked(supervisor).request("project/configure", { projectId, title: "Still followed" });
  await reached(store, () => store.state.projects.get(projectId)?.title === "Still followed");

  options[2] = join(home, "another");
  await supervisor.restart();
  await world.until(() => world.started === 3 && world.health?.is === "running");
  assert.deepEqual([...store.state.projects], []);
  await supervisor.stop();
});

function asked(supervisor: Supervisor): Client {
  assert.ok(supervisor.client);
  return supervisor.client;
}

function bound(world: World): Surroundings {
  return {
    find: () => world.find(),
    meet: (client) => world.meet(client),
    lost: () => world.lost(),
    tell: (health) => world.tell(health),
    log: () => {},
    trace: world.trace,
    now: () => world.now(),
    wait: (milliseconds) => world.wait(milliseconds),
  };
}

async function reached(store: Store, holds: () => boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    const listening = store.onChange(() => look());
    const look = () => {
      if (holds()) {
        listening.dispose();
        resolve();
      }
    };
    look();
  });
}
