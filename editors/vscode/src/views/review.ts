// The tree of a review: the files that a turn changed, and each change with how it stands.

import { posix } from "node:path";
import * as vscode from "vscode";

import type { HunkStatus, ReviewFile, ReviewHunk } from "../protocol_gen";
import type { CurrentReview } from "../review/current";
import {
  countsIn,
  countWords,
  firstWords,
  isOpen,
  placeOf,
  progressWords,
  STANDINGS,
} from "../state/reviews";

export type ReviewNode =
  | { readonly is: "file"; readonly file: ReviewFile }
  | { readonly is: "hunk"; readonly file: ReviewFile; readonly hunk: ReviewHunk };

export class ReviewTree implements vscode.TreeDataProvider<ReviewNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<ReviewNode>;
  private readonly listening: vscode.Disposable[];

  constructor(private readonly review: CurrentReview) {
    this.view = vscode.window.createTreeView("peon.review", { treeDataProvider: this });
    this.listening = [this.changed, this.view, review.onChange(() => this.draw())];
  }

  /** What commands without an argument are about. */
  get selected(): ReviewNode | undefined {
    return this.view.selection[0];
  }

  getTreeItem(node: ReviewNode): vscode.TreeItem {
    return node.is === "file" ? this.fileItem(node.file) : this.hunkItem(node);
  }

  getChildren(node?: ReviewNode): ReviewNode[] {
    if (node === undefined) {
      return this.review.files.map((file) => ({ is: "file", file }));
    }
    const { file } = node;
    return node.is === "hunk" ? [] : file.hunks.map((hunk) => ({ is: "hunk", file, hunk }));
  }

  private draw(): void {
    const { of, files } = this.review;
    this.view.title = of === undefined ? "Review" : `Review of Turn ${of.number}`;
    this.view.description = files.length === 0 ? "" : progressWords(files);
    this.changed.fire(undefined);
  }

  private fileItem(file: ReviewFile): vscode.TreeItem {
    const { of } = this.review;
    const item = new vscode.TreeItem(
      posix.basename(file.path),
      isOpen(file)
        ? vscode.TreeItemCollapsibleState.Expanded
        : vscode.TreeItemCollapsibleState.Collapsed,
    );
    const folder = posix.dirname(file.path);
    const standing = STANDINGS[file.status];
    item.id = `${of?.turnId}/${file.path}`;
    item.iconPath = iconOf(file.status);
    item.description = [
      ...(folder === "." ? [] : [folder]),
      ...(file.kind === "modified" ? [] : [file.kind]),
      countWords(countsIn(file.hunks)),
      standing,
    ].join(" · ");
    item.tooltip = file.oldPath === null ? file.path : `${file.oldPath} → ${file.path}`;
    item.contextValue = isOpen(file) ? "file open" : "file";
    item.accessibilityInformation = { label: `${file.path}, ${file.kind}, ${standing}` };
    return item;
  }

  private hunkItem(node: ReviewNode & { is: "hunk" }): vscode.TreeItem {
    const { file, hunk } = node;
    const item = new vscode.TreeItem(placeOf(hunk));
    const words = firstWords(hunk);
    const standing = STANDINGS[hunk.status];
    item.id = `${this.review.of?.turnId}/${file.path}/${hunk.hunkId}`;
    item.iconPath = iconOf(hunk.status);
    item.description = [standing, ...(words === "" ? [] : [words])].join(" · ");
    item.tooltip =
      hunk.patch === null
        ? "Nothing to show"
        : new vscode.MarkdownString().appendCodeblock(hunk.patch, "diff");
    item.contextValue = hunk.status === "pending" ? "hunk open" : "hunk";
    item.command = { command: "peon.showChange", title: "Show", arguments: [node] };
    item.accessibilityInformation = {
      label: `${placeOf(hunk)} of ${file.path}, ${standing}, ${countWords(countsIn([hunk]))}`,
    };
    return item;
  }

  dispose(): void {
    vscode.Disposable.from(...this.listening).dispose();
  }
}

const ICONS: Record<HunkStatus, [string, string?]> = {
  pending: ["circle-large-outline"],
  accepted: ["pass-filled", "testing.iconPassed"],
  rejected: ["discard", "charts.orange"],
  waiting: ["watch", "charts.blue"],
  conflict: ["warning", "editorWarning.foreground"],
  mixed: ["circle-large-filled"],
};

function iconOf(status: HunkStatus): vscode.ThemeIcon {
  const [icon, colour] = ICONS[status];
  return new vscode.ThemeIcon(
    icon,
    colour === undefined ? undefined : new vscode.ThemeColor(colour),
  );
}
