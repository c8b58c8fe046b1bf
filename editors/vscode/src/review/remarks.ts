// Remarks on lines of a review, written beside them: one takes the change back and tells the agent
// why, or asks the agent for something about those lines.

import * as vscode from "vscode";

import { SCHEME, sourceOf } from "../editor/documents";
import type { Peon } from "../editor/peon";
import type { ReviewFile } from "../protocol_gen";
import { hunksAt, remarkPrompt, type Side } from "../state/reviews";
import type { CurrentReview } from "./current";
import { takeBack } from "./takeBack";

const NAME = "peon.review";

interface Place {
  readonly file: ReviewFile;
  readonly side: Side;
}

export class Remarks implements vscode.Disposable {
  private readonly controller = vscode.comments.createCommentController(NAME, "Peon's Review");
  private readonly threads = new Set<vscode.CommentThread>();
  private readonly listening: vscode.Disposable;

  constructor(
    private readonly peon: Peon,
    private readonly review: CurrentReview,
  ) {
    this.controller.options = {
      prompt: "Tell the agent…",
      placeHolder: "What should be different here?",
    };
    this.controller.commentingRangeProvider = {
      provideCommentingRanges: (document) =>
        this.placeOf(document.uri) === undefined || document.isDirty
          ? []
          : [new vscode.Range(0, 0, Math.max(0, document.lineCount - 1), 0)],
    };
    let of = review.of;
    this.listening = review.onChange(() => {
      if (review.of !== of) {
        of = review.of;
        this.clear();
      }
    });
  }

  /** Whether remarks can be written beside the lines of a document. */
  areTaken(uri: vscode.Uri): boolean {
    return this.placeOf(uri) !== undefined;
  }

  /** Take back the changes at the lines of a remark; the agent is told why. */
  async takeBack({ thread, text }: vscode.CommentReply): Promise<void> {
    const { of } = this.review;
    const place = this.placeOf(thread.uri);
    if (of === undefined || place === undefined || thread.range === undefined) {
      return;
    }
    const [first, last] = linesOf(thread.range);
    const { file, side } = place;
    const hunkIds = hunksAt(file, side, first, last);
    if (hunkIds.length === 0) {
      void vscode.window.showInformationMessage("The turn changed nothing at these lines.");
      return;
    }
    const { threadId, turnId } = of;
    const comment = text.trim() || null;
    const params = { threadId, turnId, path: file.path, hunkIds, comment };
    if ((await takeBack(this.peon, params)) !== undefined) {
      this.keep(thread, text, "taken back; the agent is told with the next prompt");
    }
  }

  /** Ask the agent for something about the lines of a remark. */
  async ask({ thread, text }: vscode.CommentReply): Promise<void> {
    const { of } = this.review;
    const place = this.placeOf(thread.uri);
    if (of === undefined || place === undefined || thread.range === undefined) {
      return;
    }
    if (text.trim() === "") {
      void vscode.window.showInformationMessage("Say first what the agent should do.");
      return;
    }
    const [first, last] = linesOf(thread.range);
    const document = await vscode.workspace.openTextDocument(thread.uri);
    const code = document.getText(new vscode.Range(first - 1, 0, last, 0));
    const prompt = remarkPrompt(place.file.path, first, last, code, text);
    const method = this.peon.can("turn/queue") ? "turn/queue" : "turn/start";
    await this.peon.ask(method, { threadId: of.threadId, prompt });
    this.keep(thread, text, "asked");
  }

  private keep(thread: vscode.CommentThread, text: string, label: string): void {
    this.threads.add(thread);
    const comment = {
      body: text.trim() || "(no words)",
      mode: vscode.CommentMode.Preview,
      author: { name: "You" },
      label,
    };
    thread.comments = [...thread.comments, comment];
    thread.canReply = false;
  }

  private placeOf(uri: vscode.Uri): Place | undefined {
    const { of, files, asLeft } = this.review;
    if (of === undefined) {
      return undefined;
    }
    if (uri.scheme === "file" && asLeft.has(uri.toString())) {
      const found = files.find(
        (file) => this.peon.fileOf(of.threadId, file.path).fsPath === uri.fsPath,
      );
      return found && { file: found, side: "after" };
    }
    if (uri.scheme !== SCHEME) {
      return undefined;
    }
    const source = sourceOf(uri);
    if (source.is !== "turn" || source.turnId !== of.turnId) {
      return undefined;
    }
    const file = files.find((each) => each.path === source.path);
    return file && { file, side: source.side };
  }

  private clear(): void {
    for (const thread of this.threads) {
      thread.dispose();
    }
    this.threads.clear();
  }

  dispose(): void {
    this.clear();
    this.listening.dispose();
    this.controller.dispose();
  }
}

/** The lines of a range, counted from 1. */
function linesOf(range: vscode.Range): [number, number] {
  return [range.start.line + 1, range.end.line + 1];
}
