// Commands about the user's repository: commits and pushes.

import * as vscode from "vscode";

import { mayChange } from "../editor/unsaved";
import type { ThreadView } from "../protocol_gen";
import { type Around, type Target, threadOf } from "./targets";
import type { Command } from "./threads";

export function gitCommands(around: Around): Record<string, Command> {
  return {
    "peon.commit": (target: Target) => commit(around, target),
    "peon.useCommitMessage": () => around.messages.use(),
    "peon.push": (target: Target) => push(around, target),
  };
}

async function commit(around: Around, target: Target): Promise<void> {
  const { peon } = around;
  const thread = await threadOf(around, target);
  if (thread === undefined) {
    return;
  }
  const { threadId } = thread;
  const status = await peon.ask("git/status", { threadId });
  if (status.files.length === 0) {
    void vscode.window.showInformationMessage("There is nothing to commit.");
    return;
  }
  const items = status.files.map((file) => ({
    label: file.path,
    description: file.unstaged ?? file.staged ?? "",
    picked: true,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: `Commit to ${status.branch ?? "a detached head"}: which files?`,
    canPickMany: true,
  });
  if (chosen === undefined || chosen.length === 0) {
    return;
  }
  const title = `Commit ${chosen.length} ${chosen.length === 1 ? "file" : "files"}`;
  const message = await around.messages.ask(title, await proposed(around, thread));
  if (message === undefined || !(await mayChange(peon.folderOf(thread), "Committing"))) {
    return;
  }
  // All of them is every change, also one that came a moment ago.
  const all = chosen.length === items.length && status.total === items.length;
  const paths = all ? null : chosen.map((each) => each.label);
  const made = await around.work.run("Committing", threadId, (cancellation) =>
    peon.ask("git/commit", { threadId, message, paths }, cancellation),
  );
  const answer = await vscode.window.showInformationMessage(
    `Committed ${made.files.length} ${made.files.length === 1 ? "file" : "files"} as ${made.commit.slice(0, 8)}.`,
    ...(peon.can("git/push") ? ["Push"] : []),
  );
  if (answer !== undefined) {
    await push(around, threadId);
  }
}

/** What the thread has done, as the server would call it. */
async function proposed(around: Around, { threadId, title }: ThreadView): Promise<string> {
  if (!around.peon.can("git/proposeMessage")) {
    return title;
  }
  return (await around.peon.ask("git/proposeMessage", { threadId })).message ?? title;
}

async function push(around: Around, target: Target): Promise<void> {
  const thread = await threadOf(around, target);
  if (thread !== undefined) {
    const { threadId } = thread;
    const made = await around.work.run("Pushing", threadId, (cancellation) =>
      around.peon.ask("git/push", { threadId }, cancellation),
    );
    void vscode.window.showInformationMessage(`Pushed to ${made.remote}/${made.branch}.`);
  }
}
