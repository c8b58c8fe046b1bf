// Commands that change files or keep them: checkpoints, undo, commits and pushes.

import * as vscode from "vscode";

import type { Peon } from "../editor/peon";
import { mayChange } from "../editor/unsaved";
import type { CheckpointView, RestoreResult, ThreadView } from "../protocol_gen";
import { checkpointFiles } from "../review/changes";
import { before } from "../state/selectors";
import { type Around, checkpointOf, type Target, threadOf, turnOf } from "./targets";
import type { Command } from "./threads";

export function fileCommands(around: Around): Record<string, Command> {
  return {
    "peon.createCheckpoint": (target: Target) => createCheckpoint(around, target),
    "peon.previewCheckpoint": async (target: Target) => {
      const found = await checkpointOf(around, target);
      if (found !== undefined) {
        await preview(around.peon, found.thread, found.checkpoint);
      }
    },
    "peon.restoreCheckpoint": async (target: Target) => {
      const found = await checkpointOf(around, target);
      if (found !== undefined) {
        await restore(around.peon, found.thread, found.checkpoint, found.checkpoint.description);
      }
    },
    "peon.undoTurn": async (target: Target, turnId?: string) => {
      const found = await turnOf(around, target, turnId);
      const checkpoint = found && before(found.thread, found.turn);
      if (found !== undefined && checkpoint === undefined) {
        void vscode.window.showWarningMessage("The files from before this turn were not kept.");
      } else if (found !== undefined && checkpoint !== undefined) {
        const what = `from before turn ${found.turn.number}`;
        await restore(around.peon, found.thread, checkpoint, what);
      }
    },
    "peon.commit": (target: Target) => commit(around, target),
    "peon.push": (target: Target) => push(around, target),
  };
}

async function createCheckpoint(around: Around, target: Target): Promise<void> {
  const thread = await threadOf(around, target);
  const description =
    thread &&
    (await vscode.window.showInputBox({
      title: "Keep the files as they are now",
      prompt: "A few words by which to find them again",
      validateInput: (value) => (value.trim() === "" ? "A few words, please." : null),
    }));
  if (thread !== undefined && description !== undefined) {
    const { threadId } = thread;
    const kept = await slowly("Keeping the files", (cancellation) =>
      around.peon.ask("checkpoint/create", { threadId, description }, cancellation),
    );
    if (kept.missing.length > 0) {
      const names = kept.missing.map((each) => each.path).join(", ");
      void vscode.window.showWarningMessage(`Kept, but without: ${names}`);
    }
  }
}

/** What going back to a checkpoint would take away, as a list to look through. */
async function preview(peon: Peon, thread: ThreadView, checkpoint: CheckpointView): Promise<void> {
  const files = await checkpointFiles(peon, thread.threadId, checkpoint.checkpointId);
  if (files.length === 0) {
    void vscode.window.showInformationMessage("Nothing has changed since this checkpoint.");
    return;
  }
  const patches = files.map((file) => {
    const head = `--- a/${file.oldPath ?? file.path}\n+++ b/${file.path}\n`;
    return head + (file.patch ?? `(${file.binary ? "not text" : "too long to be shown"})\n`);
  });
  const document = await vscode.workspace.openTextDocument({
    language: "diff",
    content: `Changed since “${checkpoint.description}”\n\n${patches.join("\n")}`,
  });
  await vscode.window.showTextDocument(document, { preview: true });
}

const RESTORE = "Restore";
const PREVIEW = "Preview";
const UNDO = "Undo";

/** Go back, after a look at what that means; says what was left alone, and offers to undo it. */
async function restore(
  peon: Peon,
  thread: ThreadView,
  checkpoint: CheckpointView,
  what: string,
): Promise<void> {
  const answer = await vscode.window.showWarningMessage(
    `Restore the files ${what}?`,
    {
      modal: true,
      detail:
        "What this thread did since then is undone. Whatever anybody else changed stays, and the files as they are now are kept first.",
    },
    RESTORE,
    PREVIEW,
  );
  if (answer === PREVIEW) {
    await preview(peon, thread, checkpoint);
    return;
  }
  if (answer !== RESTORE || !(await mayChange(peon.folderOf(thread), "Restoring"))) {
    return;
  }
  const { threadId } = thread;
  const { checkpointId } = checkpoint;
  const restored = await slowly("Restoring files", (cancellation) =>
    peon.ask("checkpoint/restore", { threadId, checkpointId }, cancellation),
  );
  await tellRestored(peon, restored);
}

async function tellRestored(peon: Peon, result: RestoreResult): Promise<void> {
  const count = result.restored.length;
  const words = `${count} ${count === 1 ? "file" : "files"} restored`;
  const kept = result.conflicts.map((each) => `${each.path} (${each.reason})`).join(", ");
  const answer =
    kept === ""
      ? await vscode.window.showInformationMessage(`${words}.`, UNDO)
      : await vscode.window.showWarningMessage(`${words}; left as they are: ${kept}.`, UNDO);
  if (answer === UNDO) {
    const { threadId } = result;
    const checkpointId = result.beforeCheckpointId;
    await peon.attempt(() => peon.ask("checkpoint/restore", { threadId, checkpointId }));
  }
}

async function commit(around: Around, target: Target): Promise<void> {
  const { peon } = around;
  const thread = await threadOf(around, target);
  if (thread === undefined) {
    return;
  }
  const status = await peon.ask("git/status", { projectId: thread.projectId });
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
  const message = await vscode.window.showInputBox({
    title: `Commit ${chosen.length} ${chosen.length === 1 ? "file" : "files"}`,
    prompt: "The message of the commit",
    value: thread.title,
    validateInput: (value) => (value.trim() === "" ? "A commit needs a message." : null),
  });
  if (message === undefined || !(await mayChange(peon.folderOf(thread), "Committing"))) {
    return;
  }
  // All of them is every change, also one that came a moment ago.
  const all = chosen.length === items.length && status.total === items.length;
  const paths = all ? null : chosen.map((each) => each.label);
  const { threadId } = thread;
  const made = await slowly("Committing", (cancellation) =>
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

async function push(around: Around, target: Target): Promise<void> {
  const thread = await threadOf(around, target);
  if (thread !== undefined) {
    const { threadId } = thread;
    const made = await slowly("Pushing", (cancellation) =>
      around.peon.ask("git/push", { threadId }, cancellation),
    );
    void vscode.window.showInformationMessage(`Pushed to ${made.remote}/${made.branch}.`);
  }
}

/** Work with a notification that goes when it is done, and that can be cancelled. */
export async function slowly<T>(
  title: string,
  work: (cancellation: vscode.CancellationToken) => Promise<T>,
): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return await vscode.window.withProgress(options, (_, cancellation) => work(cancellation));
}
