// Commands of a review: what a turn changed, each change accepted, taken back or remarked on.

import * as vscode from "vscode";

import type { HunkId } from "../protocol_gen";
import { showChange, showTurn } from "../review/show";
import { takeBack } from "../review/takeBack";
import type { ReviewNode } from "../views/review";
import { type Around, type Target, turnOf } from "./targets";
import type { Command } from "./threads";

export function reviewCommands(around: Around): Record<string, Command> {
  const { review } = around;
  return {
    "peon.reviewTurn": async (target: Target, turnId?: string) => {
      const found = await turnOf(around, target, turnId);
      if (found !== undefined) {
        await reviewTurn(around, found.thread.threadId, found.turn.turnId, found.turn.number);
      }
    },
    "peon.showReview": async () => {
      if (review.of !== undefined) {
        const { threadId, turnId, number } = review.of;
        await reviewTurn(around, threadId, turnId, number);
      }
    },
    "peon.closeReview": () => review.close(),
    "peon.showChange": (node?: ReviewNode) => show(around, node),
    "peon.acceptChange": (node?: ReviewNode) => accept(around, node),
    "peon.rejectChange": (node?: ReviewNode) => reject(around, node),
    "peon.remarkOnChange": (node?: ReviewNode) => remark(around, node),
    "peon.acceptTurn": () => acceptAll(around),
    "peon.rejectTurn": () => rejectAll(around),
    "peon.takeBackWithRemark": (reply: vscode.CommentReply) => around.remarks.takeBack(reply),
    "peon.askWithRemark": (reply: vscode.CommentReply) => around.remarks.ask(reply),
  };
}

async function reviewTurn(
  around: Around,
  threadId: string,
  turnId: string,
  number: number,
): Promise<void> {
  const asLeft = await showTurn(around.peon, threadId, turnId);
  if (asLeft !== undefined && around.peon.can("review/get")) {
    await around.review.open({ threadId, turnId, number }, asLeft);
  }
}

async function show(around: Around, chosen?: ReviewNode, focus = false): Promise<void> {
  const node = chosen ?? around.reviewTree.selected;
  const { of } = around.review;
  if (node !== undefined && of !== undefined) {
    const hunk = node.is === "hunk" ? node.hunk : node.file.hunks[0];
    const first = Math.max(1, hunk?.newStart ?? 1);
    const lines = [first, first + Math.max(1, hunk?.newLines ?? 1) - 1] as const;
    await showChange(around.peon, of.threadId, of.turnId, node.file.path, lines, focus);
  }
}

/** Which changes a node is: all of a file's, or one. */
function meantBy(node: ReviewNode): { path: string; hunkIds?: HunkId[] } {
  const { path } = node.file;
  return node.is === "file" ? { path } : { path, hunkIds: [node.hunk.hunkId] };
}

async function accept(around: Around, chosen?: ReviewNode): Promise<void> {
  const node = chosen ?? around.reviewTree.selected;
  const { of } = around.review;
  if (node !== undefined && of !== undefined) {
    const { threadId, turnId } = of;
    await around.peon.ask("review/accept", { threadId, turnId, ...meantBy(node) });
  }
}

async function reject(around: Around, chosen?: ReviewNode): Promise<void> {
  const node = chosen ?? around.reviewTree.selected;
  const { of } = around.review;
  if (node !== undefined && of !== undefined) {
    const { threadId, turnId } = of;
    await takeBack(around.peon, { threadId, turnId, ...meantBy(node) });
  }
}

/** Write something beside a change; what becomes of it is chosen there. */
async function remark(around: Around, chosen?: ReviewNode): Promise<void> {
  await show(around, chosen, true);
  const shown = vscode.window.activeTextEditor?.document.uri;
  if (shown !== undefined && around.remarks.areTaken(shown)) {
    await vscode.commands.executeCommand("workbench.action.addComment");
  } else {
    void vscode.window.showInformationMessage(
      "No remark can be written here: the file has changed since the turn.",
    );
  }
}

async function acceptAll(around: Around): Promise<void> {
  const { of } = around.review;
  if (of !== undefined) {
    const { threadId, turnId } = of;
    await around.peon.ask("review/accept", { threadId, turnId });
  }
}

const TAKE_BACK = "Take Back";

async function rejectAll(around: Around): Promise<void> {
  const { of, files } = around.review;
  if (of === undefined) {
    return;
  }
  const answer = await vscode.window.showWarningMessage(
    `Take back all that turn ${of.number} changed?`,
    {
      modal: true,
      detail: `${files.map((file) => file.path).join("\n")}\n\nLines that were changed since stay. The files as they are now are kept first.`,
    },
    TAKE_BACK,
  );
  if (answer === TAKE_BACK) {
    const { threadId, turnId } = of;
    await takeBack(around.peon, { threadId, turnId });
  }
}
