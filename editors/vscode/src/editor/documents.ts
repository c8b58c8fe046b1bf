// Texts that are on no disk: the sides of an agent's edits, files as they were before a turn, and
// values that the server keeps apart. Where one is stands in its address, so a tab survives a reload.

import { readFile } from "node:fs/promises";
import * as vscode from "vscode";

import type { BlobPage, FileEdit, StoredText } from "../protocol_gen";
import { checkpointFiles, turnFiles } from "../review/changes";
import { fragment, original } from "../review/patches";
import type { Side } from "../state/reviews";
import type { Peon } from "./peon";

export const SCHEME = "peon";
const PAGE_BYTES = 4 * 1024 * 1024;
/** The editor refuses larger ones. */
const LARGEST_BYTES = 48 * 1024 * 1024;

export type { Side };

export type Source =
  | { is: "edit"; threadId: string; itemId: string; place: number; side: Side }
  | { is: "turn"; threadId: string; turnId: string; path: string; side: Side }
  | { is: "fragment"; threadId: string; turnId: string; path: string; side: Side }
  | { is: "blob"; blobId: string }
  | { is: "nothing" }
  | { is: "since"; threadId: string; checkpointId: string };

/** The address of a text. Its path decides the language and what the tab is called. */
export function addressOf(source: Source, path: string): vscode.Uri {
  return vscode.Uri.from({
    scheme: SCHEME,
    path: path.startsWith("/") ? path : `/${path}`,
    query: JSON.stringify(source),
  });
}

export function sourceOf(uri: vscode.Uri): Source {
  return JSON.parse(uri.query) as Source;
}

export class Documents implements vscode.TextDocumentContentProvider {
  constructor(private readonly peon: Peon) {}

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const source = sourceOf(uri);
    switch (source.is) {
      case "since":
        return await this.since(source.threadId, source.checkpointId);
      case "blob":
        return await this.blob(source.blobId);
      case "nothing":
        return "";
      case "edit":
        return await this.edit(source);
      case "turn":
      case "fragment":
        return await this.turn(source);
    }
  }

  private async edit(source: Source & { is: "edit" }): Promise<string> {
    const edit = await this.findEdit(source);
    if (edit === undefined) {
      return "";
    }
    return source.side === "before"
      ? await this.whole(edit.oldText ?? "", edit.oldStored)
      : await this.whole(edit.newText, edit.newStored);
  }

  private async findEdit(source: Source & { is: "edit" }): Promise<FileEdit | undefined> {
    const find = () =>
      this.peon.store
        .thread(source.threadId)
        ?.turns.flatMap((turn) => turn.items ?? [])
        .find((item) => item.itemId === source.itemId)?.edits[source.place];
    await this.peon.connected();
    const { session } = this.peon;
    if (find() === undefined) {
      await session.open(source.threadId);
    }
    while (find() === undefined && (await session.openEarlier(source.threadId))) {
      // Further back, until it is found or there is nothing more.
    }
    return find();
  }

  private async whole(text: string, stored: StoredText | null | undefined): Promise<string> {
    return stored ? await this.blob(stored.blobId) : text;
  }

  /** What has changed since a checkpoint, as one patch. */
  private async since(threadId: string, checkpointId: string): Promise<string> {
    const files = await checkpointFiles(this.peon, threadId, checkpointId);
    const patches = files.map((file) => {
      const head = `--- a/${file.oldPath ?? file.path}\n+++ b/${file.path}\n`;
      return head + (file.patch ?? `(${file.binary ? "not text" : "too long to be shown"})\n`);
    });
    return patches.length === 0 ? "Nothing has changed since then.\n" : patches.join("\n");
  }

  private async blob(blobId: string): Promise<string> {
    const parts: string[] = [];
    let offset: number | null = 0;
    while (offset !== null && offset < LARGEST_BYTES) {
      const limit = PAGE_BYTES;
      const page: BlobPage = await this.peon.ask("blob/read", { blobId, offset, limit });
      if (page.encoding !== "text") {
        return `(${page.size} bytes that are no text)`;
      }
      parts.push(page.data);
      offset = page.next;
    }
    return parts.join("");
  }

  /** A file as it was before a turn, or what of it is known where the file has changed since. */
  private async turn(source: Source & { is: "turn" | "fragment" }): Promise<string> {
    const { threadId, turnId, path, side } = source;
    const file = (await turnFiles(this.peon, threadId, turnId, [path]))[0];
    if (file?.patch == null) {
      return "";
    }
    if (source.is === "fragment") {
      return fragment(file.patch, side);
    }
    const uri = this.peon.fileOf(threadId, path);
    const present = await readFile(uri.fsPath, "utf8").catch(() => "");
    return original(present, file.patch) ?? fragment(file.patch, side);
  }
}
