// Files that are changed on the disk may be changed in an editor too, and those changes are not lost.

import { join, sep } from "node:path";
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

/**
 * Whether to go on with what changes files in `folder`, all of them or those at `paths`: asks where
 * something is not saved.
 */
export async function mayChange(
  folder: string,
  what: string,
  paths?: readonly string[],
): Promise<boolean> {
  const meant = paths && new Set(paths.map((path) => join(folder, path)));
  const unsaved = unsavedIn(folder).filter(({ uri }) => meant?.has(uri.fsPath) ?? true);
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
