// Commands that keep files and go back to them: checkpoints, restores and undo.

import * as vscode from "vscode";

import { addressOf } from "../editor/documents";
import type { Peon } from "../editor/peon";
import { mayChange } from "../editor/unsaved";
import type {
  CheckpointView,
  ConflictChoice,
  PreviewRestore,
  RestorePreview,
  RestoreResult,
  RestoreScope,
  ThreadView,
} from "../protocol_gen";
import { before } from "../state/selectors";
import { type Around, checkpointOf, type Target, threadOf, turnOf, wholeThreadOf } from "./targets";
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
        await restore(around, found.thread, found.checkpoint, `“${found.checkpoint.description}”`);
      }
    },
    "peon.undoTurn": async (target: Target, turnId?: string) => {
      const found = await turnOf(around, target, turnId);
      const checkpoint = found && before(found.thread, found.turn);
      if (found !== undefined && checkpoint === undefined) {
        void vscode.window.showWarningMessage("The files from before this turn were not kept.");
      } else if (found !== undefined && checkpoint !== undefined) {
        const what = `before turn ${found.turn.number}`;
        await restore(around, found.thread, checkpoint, what);
      }
    },
    "peon.undoRestore": (target: Target) => undoRestore(around, target),
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
    const kept = await around.work.run("Keeping the files", threadId, (cancellation) =>
      around.peon.ask("checkpoint/create", { threadId, description }, cancellation),
    );
    if (kept.missing.length > 0) {
      const names = kept.missing.map((each) => each.path).join(", ");
      void vscode.window.showWarningMessage(`Kept, but without: ${names}`);
    }
  }
}

/** Go back to how it was before the last time that somebody went back. */
async function undoRestore(around: Around, target: Target): Promise<void> {
  const thread = await wholeThreadOf(around, target);
  const checkpoint = thread?.checkpoints.findLast(
    (each) => each.kind === "beforeRestore" && !each.expired,
  );
  if (thread !== undefined && checkpoint === undefined) {
    void vscode.window.showInformationMessage("Nothing was restored in this thread.");
  } else if (thread !== undefined && checkpoint !== undefined) {
    await restore(around, thread, checkpoint, "before the last restore");
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
const CHOOSE = "Choose Files…";
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
  around: Around,
  thread: ThreadView,
  checkpoint: CheckpointView,
  where: string,
): Promise<void> {
  const { peon, work } = around;
  const knowsScopes = peon.can("checkpoint/preview");
  const title = `Go back to ${where}: what?`;
  const scope = knowsScopes ? await vscode.window.showQuickPick(SCOPES, { title }) : SCOPES[0];
  if (scope === undefined) {
    return;
  }
  const { what } = scope;
  const { threadId } = thread;
  const { checkpointId } = checkpoint;
  const meant = { threadId, checkpointId, what };
  const whole = knowsScopes ? await peon.ask("checkpoint/preview", meant) : undefined;
  const agreed = await agree(peon, thread, meant, where, whole);
  if (agreed === "show") {
    await showSince(thread, checkpoint);
  } else if (
    agreed !== undefined &&
    (what === "conversation" ||
      (await mayChange(peon.folderOf(thread), "Going back", agreed.paths)))
  ) {
    const params = { threadId, checkpointId, ...agreed, ...(knowsScopes ? { what } : {}) };
    await tellRestored(
      peon,
      await work.run("Going back", threadId, (stop) =>
        peon.ask("checkpoint/restore", params, stop),
      ),
    );
  }
}

/** Ask whether to go back, and of which files, until it is clear. */
async function agree(
  peon: Peon,
  thread: ThreadView,
  meant: PreviewRestore & { readonly what: RestoreScope },
  where: string,
  whole: RestorePreview | undefined,
): Promise<{ paths?: string[]; conflicts: ConflictChoice } | "show" | undefined> {
  const { what } = meant;
  let paths: string[] | undefined;
  let preview = whole;
  const touched = what === "conversation" ? [] : touchedIn(whole);
  const act = what === "files" ? "Restore Files" : "Go Back";
  for (;;) {
    const others = what !== "conversation" && (preview?.conflicts.length ?? 0) > 0;
    const answer = await vscode.window.showWarningMessage(
      `Go back to ${where}?`,
      { modal: true, detail: preview === undefined ? UNSEEN : detailOf(thread, preview, what) },
      act,
      ...(others ? [OVERWRITE] : []),
      ...(touched.length > 1 ? [CHOOSE] : []),
      SHOW,
    );
    if (answer === undefined || answer === SHOW) {
      return answer && "show";
    }
    if (answer !== CHOOSE) {
      const conflicts = answer === OVERWRITE ? "overwrite" : "keep";
      return { conflicts, ...(paths === undefined ? {} : { paths }) };
    }
    const chosen = await chooseFiles(touched, paths);
    if (chosen !== undefined) {
      paths = chosen.length === touched.length ? undefined : chosen;
      preview =
        paths === undefined ? whole : await peon.ask("checkpoint/preview", { ...meant, paths });
    }
  }
}

/** Every file that a restore would change, or leave because somebody else changed it. */
function touchedIn(preview: RestorePreview | undefined): Touched[] {
  const files = preview?.files ?? [];
  const known = new Set(files.map(({ path }) => path));
  const left = (preview?.conflicts ?? []).filter(({ path }) => !known.has(path));
  return [
    ...files.map(({ path, kind }) => ({ path, words: CHANGES[kind].replace(":", "") })),
    ...left.map(({ path }) => ({ path, words: "changed by somebody else too" })),
  ];
}

interface Touched {
  readonly path: string;
  readonly words: string;
}

/** Some of the files; undefined where none is chosen. */
async function chooseFiles(
  touched: readonly Touched[],
  paths: readonly string[] | undefined,
): Promise<string[] | undefined> {
  const items = touched.map(({ path, words }) => ({
    label: path,
    description: words,
    picked: paths?.includes(path) ?? true,
  }));
  const title = "Go back in which files?";
  const chosen = await vscode.window.showQuickPick(items, { title, canPickMany: true });
  return chosen === undefined || chosen.length === 0 ? undefined : chosen.map(({ label }) => label);
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
