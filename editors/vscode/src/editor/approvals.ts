// Tells of what waits for leave where the chat that would show it cannot be seen.

import * as vscode from "vscode";

import type { Chats } from "../chat/chats";
import type { ItemView, ThreadId } from "../protocol_gen";
import { showActionDiff } from "../review/show";
import { type Waiting, waiting } from "../state/selectors";
import type { State } from "../state/state";
import type { Peon } from "./peon";
import { settings } from "./servers";

const ALLOW = "Allow once";
const DIFF = "Diff";
const REJECT = "Reject";
const SHOW = "Show";
const ANSWER = "Answer…";
const DECLINE = "Decline";

export class Approvals implements vscode.Disposable {
  private readonly listening: { dispose(): void };

  constructor(
    private readonly peon: Peon,
    private readonly chats: Chats,
  ) {
    this.listening = peon.store.onChange((state, before) => this.look(state, before));
  }

  private look(state: State, before: State): void {
    if (state.threads === before.threads) {
      return;
    }
    for (const found of waiting(state)) {
      const known = before.threads.get(found.threadId);
      const isNew = !known?.pendingActions.some((each) => each.actionId === found.action.actionId);
      const wanted = settings().get<boolean>("notifyApprovals", true);
      if (wanted && isNew && !this.chats.isSeen(found.threadId) && this.isOurs(found.threadId)) {
        void this.notify(found);
      }
    }
  }

  /** A thread of another window's folder is for that window to tell of. */
  private isOurs(threadId: ThreadId): boolean {
    const thread = this.peon.store.thread(threadId);
    const root = thread && this.peon.store.state.projects.get(thread.projectId)?.root;
    const folders = vscode.workspace.workspaceFolders ?? [];
    return folders.some((folder) => folder.uri.fsPath === root);
  }

  private async notify({ threadId, action }: Waiting): Promise<void> {
    const thread = this.peon.store.thread(threadId)?.title ?? "a thread";
    const { actionId, title } = action;
    if (!this.isPending(threadId, actionId)) {
      return;
    }
    // A server of before asks no questions with fields.
    const asks = (action.fields?.length ?? 0) > 0;
    const dirty = this.dirtyAmong(threadId, actionId);
    const warning = dirty === undefined ? "" : ` ${dirty} has unsaved changes here.`;
    const words = asks ? `Asks in “${thread}”` : `Needs you in “${thread}”`;
    const edits = this.itemOf(threadId, actionId)?.edits.length ?? 0;
    const hasEdits = edits > 0 || action.kind === "edit";
    const ways = asks ? [ANSWER, DECLINE] : [ALLOW, REJECT, ...(hasEdits ? [DIFF] : []), SHOW];
    const answer = await vscode.window.showInformationMessage(
      `${words}: ${title}.${warning}`,
      ...ways,
    );
    switch (answer) {
      case ALLOW:
        await this.peon.attempt(() => this.peon.ask("action/approve", { threadId, actionId }));
        break;
      case REJECT:
      case DECLINE:
        await this.peon.attempt(() => this.peon.ask("action/reject", { threadId, actionId }));
        break;
      case DIFF:
        await this.peon.attempt(() => showActionDiff(this.peon, threadId, actionId));
        await this.notify({ threadId, action });
        break;
      case SHOW:
      case ANSWER:
        await this.chats.reveal(threadId, actionId);
        break;
      default:
        break;
    }
  }

  /** A file with unsaved changes that the action is about to change on the disk. */
  private dirtyAmong(threadId: ThreadId, actionId: string): string | undefined {
    const item = this.itemOf(threadId, actionId);
    const paths = new Set(
      item?.edits.map((edit) => this.peon.fileOf(threadId, edit.path).fsPath) ?? [],
    );
    const dirty = vscode.workspace.textDocuments.find(
      (document) => document.isDirty && paths.has(document.uri.fsPath),
    );
    return dirty && vscode.workspace.asRelativePath(dirty.uri, false);
  }

  private isPending(threadId: ThreadId, actionId: string): boolean {
    const pending = this.peon.store.thread(threadId)?.pendingActions ?? [];
    return pending.some((each) => each.actionId === actionId);
  }

  private itemOf(threadId: ThreadId, actionId: string): ItemView | undefined {
    const thread = this.peon.store.thread(threadId);
    const action = thread?.pendingActions.find((each) => each.actionId === actionId);
    return thread?.turns
      .flatMap((turn) => turn.items ?? [])
      .find((each) => each.itemId === action?.itemId);
  }

  dispose(): void {
    this.listening.dispose();
  }
}
