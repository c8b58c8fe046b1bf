// Takes changes of a turn back: unsaved editors are asked about first, and what stayed is told.

import * as vscode from "vscode";

import type { Peon } from "../editor/peon";
import { mayChange } from "../editor/unsaved";
import type { RejectChanges, ReviewResult } from "../protocol_gen";

/** Undefined where the user would rather save first. */
export async function takeBack(
  peon: Peon,
  params: RejectChanges,
): Promise<ReviewResult | undefined> {
  const thread = peon.store.thread(params.threadId);
  const folder = thread === undefined ? "" : peon.folderOf(thread);
  const paths = params.path == null ? undefined : [params.path];
  if (!(await mayChange(folder, "Taking changes back", paths))) {
    return undefined;
  }
  const result = await peon.ask("review/reject", params);
  if (result.conflicts.length > 0) {
    const names = result.conflicts.map(({ path, reason }) => `${path} (${reason})`);
    const words = [...new Set(names)].join(", ");
    void vscode.window.showWarningMessage(`Left as they are: ${words}.`);
  }
  return result;
}
