// Tells of what waits for leave where the chat that would show it cannot be seen.

import * as vscode from "vscode";

import type { Chats } from "../chat/chats";
import type { ThreadId } from "../protocol_gen";
import { type Waiting, waiting } from "../state/selectors";
import type { State } from "../state/state";
import type { Peon } from "./peon";
import { settings } from "./servers";

const ALLOW = "Allow once";
const REJECT = "Reject";
const SHOW = "Show";

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
    const dirty = this.dirtyAmong(threadId, action.actionId);
    const warning = dirty === undefined ? "" : ` ${dirty} has unsaved changes here.`;
    const answer = await vscode.window.showInformationMessage(
      `Needs you in “${thread}”: ${action.title}.${warning}`,
      ALLOW,
      REJECT,
      SHOW,
    );
    const { actionId } = action;
    switch (answer) {
      case ALLOW:
        await this.peon.attempt(() => this.peon.ask("action/approve", { threadId, actionId }));
        break;
      case REJECT:
        await this.peon.attempt(() => this.peon.ask("action/reject", { threadId, actionId }));
        break;
      case SHOW:
        await this.chats.reveal(threadId, actionId);
        break;
      default:
        break;
    }
  }

  /** A file with unsaved changes that the action is about to change on the disk. */
  private dirtyAmong(threadId: ThreadId, actionId: string): string | undefined {
    const thread = this.peon.store.thread(threadId);
    const action = thread?.pendingActions.find((each) => each.actionId === actionId);
    const item = thread?.turns
      .flatMap((turn) => turn.items ?? [])
      .find((each) => each.itemId === action?.itemId);
    const paths = new Set(
      item?.edits.map((edit) => this.peon.fileOf(threadId, edit.path).fsPath) ?? [],
    );
    const dirty = vscode.workspace.textDocuments.find(
      (document) => document.isDirty && paths.has(document.uri.fsPath),
    );
    return dirty && vscode.workspace.asRelativePath(dirty.uri, false);
  }

  dispose(): void {
    this.listening.dispose();
  }
}
