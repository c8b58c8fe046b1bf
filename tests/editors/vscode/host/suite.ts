// What the extension promises its host: seen with the editor's own API, against a real server.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";

import type { Api } from "../../../../editors/vscode/src/extension";

interface Setting {
  description?: string;
  markdownDescription?: string;
  scope: string;
}

interface Manifest {
  contributes: {
    commands: { command: string; title: string; category: string; enablement?: string }[];
    configuration: { properties: Record<string, Setting> };
    walkthroughs: unknown[];
  };
}

function extension(): vscode.Extension<Api> {
  const found = vscode.extensions.getExtension<Api>("peon.peon");
  assert.ok(found);
  return found;
}

async function api(): Promise<Api> {
  return await extension().activate();
}

/** Resolves when it holds, looking whenever the state changes. */
async function until(holds: (found: Api) => boolean): Promise<void> {
  const found = await api();
  await new Promise<void>((resolve) => {
    const look = () => {
      if (holds(found)) {
        listening.dispose();
        health.dispose();
        resolve();
      }
    };
    const listening = found.store.onChange(look);
    const health = found.peon.onHealth(look);
    look();
  });
}

describe("activation", () => {
  it("starts no server", async () => {
    const { peon } = await api();
    assert.deepEqual(peon.health, { is: "stopped" });
  });

});

describe("a folder that is not trusted", () => {
  it("chooses nothing that is executed", () => {
    assert.equal(vscode.workspace.isTrusted, false);
    const settings = vscode.workspace.getConfiguration("peon");
    assert.deepEqual(settings.get("path"), []);
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
    assert.ok(!String(settings.get("interpreter")).startsWith(folder));
  });

  it("has its history read by a server that is not its own", async () => {
    const { peon } = await api();
    assert.deepEqual((await peon.ask("thread/list", {})).threads, []);
  });

  it("has no agent started and no hook run", async () => {
    const { peon } = await api();
    const refused = { message: /it is not trusted/ };
    await assert.rejects(peon.ask("turn/start", { threadId: "thr-1", prompt: "say no" }), refused);
    await assert.rejects(peon.ask("git/commit", { threadId: "thr-1" }), refused);
    await assert.rejects(peon.ask("provider/authenticate", { providerId: "script" }), refused);
  });

  it("may be trusted", async () => {
    const granted = new Promise<void>((resolve) =>
      vscode.workspace.onDidGrantWorkspaceTrust(resolve),
    );
    await vscode.commands.executeCommand("workbench.trust.manage");
    await granted;
    assert.equal(vscode.workspace.isTrusted, true);
  });
});

describe("the manifest", () => {
  const manifest = () => extension().packageJSON as Manifest;

  it("names only commands that are there", async () => {
    await api();
    const known = new Set(await vscode.commands.getCommands(true));
    const missing = manifest()
      .contributes.commands.map(({ command }) => command)
      .filter((command) => !known.has(command));
    assert.deepEqual(missing, []);
  });

  it("gives every command a category", () => {
    const { commands } = manifest().contributes;
    assert.deepEqual(
      commands.filter(({ category }) => category !== "Peon"),
      [],
    );
  });

  it("lets no workspace choose what is executed", () => {
    const { properties } = manifest().contributes.configuration;
    for (const name of ["peon.path", "peon.interpreter", "peon.stateDirectory"]) {
      assert.equal(properties[name]?.scope, "machine");
    }
  });

  it("says what every setting is for", () => {
    const { properties } = manifest().contributes.configuration;
    const told = Object.values(properties).map((each) => each.description ?? each.markdownDescription);
    assert.deepEqual(
      told.filter((words) => !words),
      [],
    );
  });

  it("says of every command when it can be used", () => {
    const { commands } = manifest().contributes;
    assert.deepEqual(
      commands.filter(({ enablement }) => !enablement),
      [],
    );
  });

  it("leads through commands that are there", async () => {
    const known = new Set(await vscode.commands.getCommands(true));
    const { walkthroughs } = manifest().contributes;
    const named = [...JSON.stringify(walkthroughs).matchAll(/command:([\w.]+)/g)].map(([, it]) => it);
    assert.ok(named.length >= 5);
    assert.deepEqual(
      named.filter((command) => !known.has(command ?? "")),
      [],
    );
  });

  it("points to files that are there", () => {
    const text = readFileSync(join(extension().extensionPath, "package.json"), "utf8");
    for (const [, path] of text.matchAll(/"(media\/[^"]+)"/g)) {
      readFileSync(join(extension().extensionPath, path ?? ""));
    }
  });
});

describe("a server", () => {
  it("is started by a command that needs it", async () => {
    const { peon } = await api();
    const listed = await peon.ask("project/list", {});
    assert.deepEqual(listed.projects, []);
    assert.equal(peon.isConnected, true);
  });

  it("refuses with its own words, as data", async () => {
    const { peon } = await api();
    await assert.rejects(peon.ask("thread/read", { threadId: "thr-nobody" }), {
      name: "Refusal",
      kind: "thread.notFound",
    });
  });

  it("runs a turn that the state follows to its end", async () => {
    const { peon, store } = await api();
    const threadId = await vscode.commands.executeCommand<string>("peon.createThread", {
      provider: "script",
      mode: "full",
    });
    await peon.ask("turn/start", { threadId, prompt: "write host.txt Hello\nsay done" });
    await until(() => store.thread(threadId)?.turns.at(-1)?.status === "completed");
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    const written = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder.uri, "host.txt"));
    assert.equal(Buffer.from(written).toString(), "Hello");
  });

  it("opens the diff of a turn", async () => {
    const { store } = await api();
    const [thread] = [...store.state.threads.values()];
    assert.ok(thread);
    await vscode.commands.executeCommand(
      "peon.reviewTurn",
      thread.threadId,
      thread.turns.at(-1)?.turnId,
    );
    const labels = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
    const changes = labels.filter((label) => label.startsWith("Changes of turn 1"));
    assert.equal(changes.length, 1, labels.join());
  });

  it("is restarted once for many wishes, and its state is kept", async () => {
    const { peon, store } = await api();
    const before = store.state.threads.size;
    await Promise.all([peon.restart(), peon.restart(), peon.restart()]);
    await peon.connected();
    await until(() => peon.isConnected && store.state.threads.size === before);
  });
});
