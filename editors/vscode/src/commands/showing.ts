// Commands that show something, and those that hand something to the composer.

import * as vscode from "vscode";

import {
  chooseAttachments,
  diagnosticsAttachment,
  fileAttachment,
  selectionAttachment,
} from "../editor/context";
import { addressOf } from "../editor/documents";
import type { ThreadId } from "../protocol_gen";
import { showActionDiff, showEdit } from "../review/show";
import type { Around } from "./targets";
import type { Command } from "./threads";

export function showingCommands(around: Around): Record<string, Command> {
  const { peon, chats } = around;
  return {
    "peon.showActionDiff": (threadId: ThreadId, actionId: string) =>
      showActionDiff(peon, threadId, actionId),
    "peon.showEdit": async (threadId: ThreadId, itemId: string, place: number) => {
      const items = peon.store.thread(threadId)?.turns.flatMap((turn) => turn.items ?? []);
      const item = items?.find((each) => each.itemId === itemId);
      if (item !== undefined) {
        await showEdit(peon, threadId, item, place);
      }
    },
    "peon.showBlob": async (blobId: string, title: string) => {
      const name = title.replace(/[/\\?#]/g, " ").slice(0, 60);
      const uri = addressOf({ is: "blob", blobId }, `${name}.txt`);
      const document = await vscode.workspace.openTextDocument(uri);
      await vscode.window.showTextDocument(document, { preview: true });
    },
    "peon.openFile": async (path: string, line: number | null) => {
      const threadId = chats.current;
      const uri = threadId === undefined ? vscode.Uri.file(path) : peon.fileOf(threadId, path);
      const at = line === null ? undefined : new vscode.Position(Math.max(0, line - 1), 0);
      const options = at === undefined ? {} : { selection: new vscode.Range(at, at) };
      await vscode.window.showTextDocument(uri, options);
    },
    "peon.attachContext": async () => await chats.attach(await chooseAttachments()),
    "peon.addFile": async (uri?: vscode.Uri, all?: vscode.Uri[]) => {
      const active = vscode.window.activeTextEditor?.document.uri;
      const uris = all ?? [uri ?? active].filter((each) => each !== undefined);
      await chats.attach(uris.map(fileAttachment));
    },
    "peon.addSelection": async () => {
      const editor = vscode.window.activeTextEditor;
      await chats.attach(editor === undefined ? [] : [selectionAttachment(editor)]);
    },
    "peon.addDiagnostics": async () => {
      const found = diagnosticsAttachment(vscode.window.activeTextEditor?.document.uri);
      if (found === undefined) {
        void vscode.window.showInformationMessage("There are no problems in this file.");
      } else {
        await chats.attach([found]);
      }
    },
    "peon.copy": async (text: string) => await vscode.env.clipboard.writeText(text),
  };
}
