// Files that are changed on the disk may be changed in an editor too, and those changes are not lost.

import { sep } from "node:path";
import * as vscode from "vscode";

/** Documents with unsaved changes in a folder. */
export function unsavedIn(folder: string): vscode.TextDocument[] {
  return vscode.workspace.textDocuments.filter(
    (document) =>
      document.isDirty &&
      document.uri.scheme === "file" &&
      document.uri.fsPath.startsWith(folder + sep),
  );
}

const SAVE = "Save and go on";

/** Whether to go on with what changes files in `folder`: asks where something is not saved. */
export async function mayChange(folder: string, what: string): Promise<boolean> {
  const unsaved = unsavedIn(folder);
  if (unsaved.length === 0) {
    return true;
  }
  const names = unsaved.map((each) => vscode.workspace.asRelativePath(each.uri, false));
  const answer = await vscode.window.showWarningMessage(
    `${what} changes files on the disk, and there are unsaved changes.`,
    { modal: true, detail: names.join("\n") },
    SAVE,
  );
  if (answer !== SAVE) {
    return false;
  }
  const saved = await Promise.all(unsaved.map((document) => document.save()));
  return saved.every(Boolean);
}
