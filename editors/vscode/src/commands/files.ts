// Commands that change files or keep them: checkpoints, undo, commits and pushes.

import * as vscode from "vscode";

import { addressOf } from "../editor/documents";
import type { Peon } from "../editor/peon";
import { mayChange } from "../editor/unsaved";
import type {
  CheckpointView,
  RestorePreview,
  RestoreResult,
  RestoreScope,
  ThreadView,
} from "../protocol_gen";
import { before } from "../state/selectors";
import { type Around, checkpointOf, type Target, threadOf, turnOf } from "./targets";
import type { Command } from "./threads";

export function fileCommands(around: Around): Record<string, Command> {
  return {
    "peon.createCheckpoint": (target: Target) => createCheckpoint(around, target),
    "peon.previewCheckpoint": async (target: Target) => {
      const found = await checkpointOf(around, target);
      if (found !== undefined) {
        await showSince(found.thread, found.checkpoint);
      }
    },
    "peon.restoreCheckpoint": async (target: Target) => {
      const found = await checkpointOf(around, target);
      if (found !== undefined) {
        await restore(
          around.peon,
          found.thread,
          found.checkpoint,
          `“${found.checkpoint.description}”`,
        );
      }
    },
    "peon.undoTurn": async (target: Target, turnId?: string) => {
      const found = await turnOf(around, target, turnId);
      const checkpoint = found && before(found.thread, found.turn);
      if (found !== undefined && checkpoint === undefined) {
        void vscode.window.showWarningMessage("The files from before this turn were not kept.");
      } else if (found !== undefined && checkpoint !== undefined) {
        const what = `before turn ${found.turn.number}`;
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

/** What has changed since a checkpoint, as a text to look through. */
async function showSince(thread: ThreadView, checkpoint: CheckpointView): Promise<void> {
  const { threadId } = thread;
  const { checkpointId } = checkpoint;
  const name = `Since ${checkpoint.description.replace(/[/\\?#]/g, " ").slice(0, 40)}.diff`;
  const uri = addressOf({ is: "since", threadId, checkpointId }, name);
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: true });
}

const OVERWRITE = "Restore, Overwriting Theirs Too";
const SHOW = "Show What Changed";
const UNDO = "Undo";

const SCOPES: (vscode.QuickPickItem & { what: RestoreScope })[] = [
  { label: "$(files) Files", description: "what the thread did to the folder", what: "files" },
  {
    label: "$(comment) Conversation",
    description: "the agent forgets the turns since then",
    what: "conversation",
  },
  { label: "$(history) Files and conversation", description: "both", what: "both" },
];

/** Go back, after a look at exactly what that would do; says what was left alone, offers to undo. */
async function restore(
  peon: Peon,
  thread: ThreadView,
  checkpoint: CheckpointView,
  where: string,
): Promise<void> {
  const knowsScopes = peon.can("checkpoint/preview");
  const title = `Go back to ${where}: what?`;
  const scope = knowsScopes ? await vscode.window.showQuickPick(SCOPES, { title }) : SCOPES[0];
  if (scope === undefined) {
    return;
  }
  const { what } = scope;
  const { threadId } = thread;
  const { checkpointId } = checkpoint;
  const preview = knowsScopes
    ? await peon.ask("checkpoint/preview", { threadId, checkpointId, what })
    : undefined;
  const others = (preview?.conflicts.length ?? 0) > 0;
  const act = what === "files" ? "Restore Files" : "Go Back";
  const answer = await vscode.window.showWarningMessage(
    `Go back to ${where}?`,
    { modal: true, detail: preview === undefined ? UNSEEN : detailOf(thread, preview, what) },
    act,
    ...(others && what !== "conversation" ? [OVERWRITE] : []),
    SHOW,
  );
  if (answer === SHOW) {
    await showSince(thread, checkpoint);
  } else if (
    answer !== undefined &&
    (what === "conversation" || (await mayChange(peon.folderOf(thread), "Going back")))
  ) {
    const conflicts = answer === OVERWRITE ? "overwrite" : "keep";
    const params = { threadId, checkpointId, conflicts, ...(knowsScopes ? { what } : {}) } as const;
    await tellRestored(
      peon,
      await slowly("Going back", (stop) => peon.ask("checkpoint/restore", params, stop)),
    );
  }
}

const UNSEEN =
  "What this thread did since then is undone. Whatever anybody else changed stays, and the files as they are now are kept first.";
const MOST_NAMES = 12;

/** What a restore would do, line by line. */
function detailOf(thread: ThreadView, preview: RestorePreview, what: RestoreScope): string {
  const lines: string[] = [];
  if (what !== "conversation") {
    const files = preview.files.map(({ path, kind }) => `${CHANGES[kind]} ${path}`);
    lines.push(...(files.length === 0 ? ["No file changes."] : shortened(files)));
    if (preview.conflicts.length > 0) {
      const names = preview.conflicts.map((each) => each.path).join(", ");
      lines.push("", `Changed by somebody else too, and stays: ${names}`);
    }
  }
  const numbers = (ids: string[]) =>
    thread.turns.filter((turn) => ids.includes(turn.turnId)).map((turn) => turn.number);
  if (preview.undone.length > 0) {
    lines.push("", `The agent forgets: turn ${numbers(preview.undone).join(", ")}`);
  }
  if (preview.redone.length > 0) {
    lines.push("", `The agent knows again of: turn ${numbers(preview.redone).join(", ")}`);
  }
  if (preview.missing.length > 0) {
    lines.push("", `Not in the checkpoint: ${preview.missing.map(({ path }) => path).join(", ")}`);
  }
  return [...lines, "", "All as it is now is kept first, so this can be undone."].join("\n");
}

const CHANGES = { create: "comes back:", write: "changes:", delete: "goes:", mode: "changes:" };

function shortened(names: string[]): string[] {
  const rest = names.length - MOST_NAMES;
  return rest > 0 ? [...names.slice(0, MOST_NAMES), `and ${rest} more`] : names;
}

async function tellRestored(peon: Peon, result: RestoreResult): Promise<void> {
  const count = result.restored.length;
  const turns = result.undone.length + result.redone.length;
  const words = [
    `${count} ${count === 1 ? "file" : "files"} restored`,
    ...(turns > 0 ? [`the conversation went back by ${turns}`] : []),
  ].join(", ");
  const kept = result.conflicts.map((each) => `${each.path} (${each.reason})`).join(", ");
  const answer =
    kept === ""
      ? await vscode.window.showInformationMessage(`${words}.`, UNDO)
      : await vscode.window.showWarningMessage(`${words}; left as they are: ${kept}.`, UNDO);
  if (answer === UNDO) {
    const { threadId } = result;
    const checkpointId = result.beforeCheckpointId;
    const { what } = result;
    await peon.attempt(() => peon.ask("checkpoint/restore", { threadId, checkpointId, what }));
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
