// Why a line is there: the turn that wrote it, on a command and when one hovers over it.

import * as vscode from "vscode";

import type { LineExplanation, ProjectId, Prompt, ThreadId } from "../protocol_gen";
import { titleOf } from "../state/titles";
import { since } from "../views/words";
import type { Peon } from "./peon";

export class Why implements vscode.HoverProvider {
  constructor(private readonly peon: Peon) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    cancellation: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    // A line that was changed since it was saved is nobody's yet, and moves those below.
    const wanted = vscode.workspace.getConfiguration("peon").get<boolean>("whyOnHover", true);
    if (!wanted || document.isDirty || !this.peon.can("why/line")) {
      return undefined;
    }
    try {
      const found = await this.explain(document, position.line, cancellation);
      return found?.origin === "turn" ? new vscode.Hover(wordsOf(found)) : undefined;
    } catch {
      // Whatever it is, it is no reason to disturb who only moves the mouse.
      return undefined;
    }
  }

  /** Explain the line where the cursor is. */
  async show(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) {
      return;
    }
    const found = await this.explain(editor.document, editor.selection.active.line);
    if (found === undefined) {
      void vscode.window.showInformationMessage("This file is in no project of Peon's.");
    } else if (found.origin !== "turn") {
      void vscode.window.showInformationMessage(
        found.origin === "external"
          ? "No agent wrote this line."
          : "Nobody knows any more who wrote this line.",
      );
    } else {
      const open = "Open Thread";
      const words = `Turn ${found.number} (${found.provider}): ${titleOf((found.prompt ?? "") as Prompt)}`;
      const answer = await vscode.window.showInformationMessage(words, open);
      if (answer === open && found.threadId) {
        await vscode.commands.executeCommand("peon.openThread", found.threadId);
      }
    }
  }

  private async explain(
    document: vscode.TextDocument,
    line: number,
    cancellation?: vscode.CancellationToken,
  ): Promise<LineExplanation | undefined> {
    const { fsPath } = document.uri;
    const where = this.placeOf(fsPath);
    const params = where && { ...where, line: line + 1 };
    return params && (await this.peon.ask("why/line", params, cancellation));
  }

  /** The folder that a file is in: a project's, or the worktree of a thread. */
  private placeOf(
    file: string,
  ): { path: string; projectId?: ProjectId; threadId?: ThreadId } | undefined {
    const { projects, threads } = this.peon.store.state;
    for (const { root, projectId } of projects.values()) {
      const path = this.peon.relativeTo(root, file);
      if (path !== undefined) {
        return { path, projectId };
      }
    }
    for (const { folder, threadId, worktree } of threads.values()) {
      const path = worktree === null ? undefined : this.peon.relativeTo(folder, file);
      if (path !== undefined) {
        return { path, threadId };
      }
    }
    return undefined;
  }
}

function wordsOf(found: LineExplanation): vscode.MarkdownString {
  const words = new vscode.MarkdownString("", true);
  words.isTrusted = { enabledCommands: ["peon.openThread"] };
  const age = found.at ? `, ${since(found.at)} ago` : "";
  words.appendMarkdown(`$(comment) **Turn ${found.number}** of `);
  words.appendText(`${found.provider ?? "an agent"}${age}`);
  if (found.prompt) {
    words.appendMarkdown("\n\n> ");
    words.appendText(titleOf(found.prompt as Prompt));
  }
  if (found.toolTitle) {
    words.appendMarkdown("\n\n$(tools) ");
    words.appendText(found.toolTitle);
  }
  if (found.decidedBy) {
    const { kind, name } = found.decidedBy;
    words.appendMarkdown(" · allowed by ");
    words.appendText(`${kind} ${name}`);
  }
  if (found.threadId) {
    const argument = encodeURIComponent(JSON.stringify([found.threadId]));
    words.appendMarkdown(`\n\n[Open the thread](command:peon.openThread?${argument})`);
  }
  return words;
}
