// What a command is about: what it was called on, or what is shown, or what the user chooses.

import * as vscode from "vscode";

import type { Chats } from "../chat/chats";
import type { CommitMessages } from "../editor/commitMessages";
import type { Peon } from "../editor/peon";
import type { Rules } from "../editor/rules";
import type { Work } from "../editor/work";
import type { CheckpointView, ProjectView, ThreadView, TurnView } from "../protocol_gen";
import type { CurrentReview } from "../review/current";
import type { Remarks } from "../review/remarks";
import { phaseOf, promptLine } from "../state/selectors";
import type { ReviewTree } from "../views/review";
import type { Node } from "../views/threads";

export interface Around {
  readonly peon: Peon;
  readonly chats: Chats;
  readonly rules: Rules;
  readonly work: Work;
  readonly messages: CommitMessages;
  readonly review: CurrentReview;
  readonly reviewTree: ReviewTree;
  readonly remarks: Remarks;
}

export type Target = Node | string | undefined;

/** A thread by its id or its node in the tree; else the one that is shown, else a choice. */
export async function threadOf(around: Around, target: Target): Promise<ThreadView | undefined> {
  await around.peon.connected();
  const { store } = around.peon;
  if (typeof target === "string") {
    return store.thread(target);
  }
  if (target !== undefined && target.is !== "project") {
    return store.thread(target.thread.threadId);
  }
  const { current } = around.chats;
  const shown = current === undefined ? undefined : store.thread(current);
  return shown ?? (await chooseThread(around));
}

/** As `threadOf`, with all turns and checkpoints, of which a list has only the newest. */
export async function wholeThreadOf(
  around: Around,
  target: Target,
): Promise<ThreadView | undefined> {
  const thread = await threadOf(around, target);
  return thread && (await around.peon.session.wholeThread(thread.threadId));
}

export async function chooseThread(around: Around): Promise<ThreadView | undefined> {
  const threads = [...around.peon.store.state.threads.values()].filter((each) => !each.archived);
  const items = threads
    .sort((one, other) => other.updatedAt.localeCompare(one.updatedAt))
    .map((thread) => ({ label: thread.title, description: phaseOf(thread), thread }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage("There is no thread yet.");
    return undefined;
  }
  return (await vscode.window.showQuickPick(items, { title: "Which thread?" }))?.thread;
}

export function projectOf(around: Around, target: Target): ProjectView | undefined {
  const { projects } = around.peon.store.state;
  if (typeof target === "object" && target.is === "project") {
    return projects.get(target.project.projectId);
  }
  const folder = vscode.workspace.workspaceFolders?.[0];
  return folder && around.peon.knownProject(folder);
}

/** A turn by its id or node; else the last one of the thread that has ended. */
export async function turnOf(
  around: Around,
  target: Target,
  turnId?: string,
): Promise<{ thread: ThreadView; turn: TurnView } | undefined> {
  const thread = await wholeThreadOf(around, target);
  if (thread === undefined) {
    return undefined;
  }
  const wanted =
    turnId ?? (typeof target === "object" && target.is === "turn" ? target.turn.turnId : undefined);
  const turn =
    wanted === undefined
      ? thread.turns.findLast((each) => each.status !== "running")
      : thread.turns.find((each) => each.turnId === wanted);
  if (turn === undefined) {
    void vscode.window.showInformationMessage("The thread has no such turn.");
    return undefined;
  }
  return { thread, turn };
}

const KINDS = {
  turnStart: "before a turn",
  turnEnd: "after a turn",
  manual: "kept by hand",
  beforeRestore: "before a restore",
};

/** A checkpoint by its node; else a choice among those of a thread, the newest first. */
export async function checkpointOf(
  around: Around,
  target: Target,
): Promise<{ thread: ThreadView; checkpoint: CheckpointView } | undefined> {
  if (typeof target === "object" && target.is === "checkpoint") {
    return target;
  }
  const thread = await wholeThreadOf(around, target);
  if (thread === undefined) {
    return undefined;
  }
  const kept = thread.checkpoints.filter((each) => !each.expired);
  if (kept.length === 0) {
    void vscode.window.showInformationMessage("The thread has no checkpoint.");
    return undefined;
  }
  const items = kept.toReversed().map((checkpoint) => {
    const turn = thread.turns.find((each) => each.turnId === checkpoint.turnId);
    return {
      label: turn === undefined ? checkpoint.description : `${turn.number}. ${promptLine(turn)}`,
      description: KINDS[checkpoint.kind],
      checkpoint,
    };
  });
  const chosen = await vscode.window.showQuickPick(items, { title: "Which checkpoint?" });
  return chosen && { thread, checkpoint: chosen.checkpoint };
}
