// Opens differences: one edit of an agent, or all that a turn changed.

import { readFile } from "node:fs/promises";
import * as vscode from "vscode";

import { addressOf, type Side, type Source } from "../editor/documents";
import type { Peon } from "../editor/peon";
import type { FileChange, ItemView, ThreadId, TurnId } from "../protocol_gen";
import { turnFiles } from "./changes";
import { original } from "./patches";

/** The edits for which an action asks leave, before it is allowed. */
export async function showActionDiff(
  peon: Peon,
  threadId: ThreadId,
  actionId: string,
): Promise<void> {
  const find = () => {
    const thread = peon.store.thread(threadId);
    const action = thread?.pendingActions.find((each) => each.actionId === actionId);
    const items = thread?.turns.flatMap((turn) => turn.items ?? []) ?? [];
    return items.find((each) => each.itemId === action?.itemId);
  };
  if (find() === undefined) {
    // A thread that nobody has looked at yet is known without its items.
    await peon.session.open(threadId);
  }
  const item = find();
  if (item === undefined || item.edits.length === 0) {
    void vscode.window.showInformationMessage("The agent has not shown what it would change.");
    return;
  }
  if (item.edits.length === 1) {
    await showEdit(peon, threadId, item, 0);
    return;
  }
  const resources = item.edits.map((edit, place) => [
    peon.fileOf(threadId, edit.path),
    sideOf(threadId, item, place, "before"),
    sideOf(threadId, item, place, "after"),
  ]);
  await vscode.commands.executeCommand("vscode.changes", item.title ?? "Proposed", resources);
}

export async function showEdit(
  peon: Peon,
  threadId: ThreadId,
  item: ItemView,
  place: number,
): Promise<void> {
  const edit = item.edits[place];
  if (edit !== undefined) {
    const name = vscode.workspace.asRelativePath(peon.fileOf(threadId, edit.path), false);
    await vscode.commands.executeCommand(
      "vscode.diff",
      sideOf(threadId, item, place, "before"),
      sideOf(threadId, item, place, "after"),
      `${name} (${item.status === "awaitingApproval" ? "proposed" : "edit"})`,
      { preview: true },
    );
  }
}

function sideOf(threadId: ThreadId, item: ItemView, place: number, side: Side): vscode.Uri {
  const { itemId } = item;
  const path = item.edits[place]?.path ?? "";
  return addressOf({ is: "edit", threadId, itemId, place, side }, path);
}

/**
 * The multi-file diff of a turn. The right side is the file itself where it is as the turn left it;
 * the addresses of those are given back. Undefined where the turn changed nothing.
 */
export async function showTurn(
  peon: Peon,
  threadId: ThreadId,
  turnId: TurnId,
): Promise<ReadonlySet<string> | undefined> {
  const files = await turnFiles(peon, threadId, turnId);
  if (files.length === 0) {
    void vscode.window.showInformationMessage("The turn changed no files.");
    return undefined;
  }
  const number = peon.store.thread(threadId)?.turns.find((each) => each.turnId === turnId)?.number;
  const resources = await Promise.all(files.map((file) => sides(peon, threadId, turnId, file)));
  const title = number === undefined ? "Changes of the turn" : `Changes of turn ${number}`;
  await vscode.commands.executeCommand("vscode.changes", title, resources);
  return new Set(
    resources.flatMap(([, , after]) => (after?.scheme === "file" ? [after.toString()] : [])),
  );
}

/** One file of a turn, with some lines of what it became chosen. */
export async function showChange(
  peon: Peon,
  threadId: ThreadId,
  turnId: TurnId,
  path: string,
  [first, last]: readonly [number, number],
  focus: boolean,
): Promise<void> {
  const file = (await turnFiles(peon, threadId, turnId, [path]))[0];
  if (file === undefined) {
    void vscode.window.showInformationMessage(`${path} is as it was before the turn.`);
    return;
  }
  const [uri, before, after] = await sides(peon, threadId, turnId, file);
  const nothing = addressOf({ is: "nothing" }, path);
  const selection = new vscode.Range(first - 1, 0, last - 1, focus ? Number.MAX_SAFE_INTEGER : 0);
  await vscode.commands.executeCommand(
    "vscode.diff",
    before ?? nothing,
    after ?? nothing,
    `${vscode.workspace.asRelativePath(uri, false)} (change)`,
    { preview: true, preserveFocus: !focus, selection },
  );
}

export async function sides(
  peon: Peon,
  threadId: ThreadId,
  turnId: TurnId,
  file: FileChange,
): Promise<[vscode.Uri, vscode.Uri | undefined, vscode.Uri | undefined]> {
  const uri = peon.fileOf(threadId, file.path);
  const there = await readFile(uri.fsPath, "utf8").catch(() => undefined);
  const isAsLeft =
    file.kind === "deleted"
      ? there === undefined
      : there !== undefined && file.patch !== null && original(there, file.patch) !== undefined;
  const source = (side: Side): vscode.Uri => {
    const { path } = file;
    const is = isAsLeft ? ("turn" as const) : ("fragment" as const);
    // At the same place as the file itself, or the editor would call it a renamed one.
    return addressOf({ is, threadId, turnId, path, side } satisfies Source, uri.path);
  };
  const before = file.kind === "added" ? undefined : source("before");
  const after = file.kind === "deleted" ? undefined : isAsLeft ? uri : source("after");
  return [uri, before, after];
}
