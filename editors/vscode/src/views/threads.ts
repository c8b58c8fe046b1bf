// The tree of projects, threads, turns and checkpoints.

import * as vscode from "vscode";

import type { Peon } from "../editor/peon";
import type { CheckpointView, ProjectView, ThreadView, TurnView } from "../protocol_gen";
import {
  checkpointsOf,
  isListedAlike,
  matches,
  type Phase,
  phaseOf,
  promptLine,
  threadsOf,
  waiting,
} from "../state/selectors";
import { threadContext, threadDetails, threadWords } from "../state/threadWords";
import { sharedWith } from "../state/worktrees";
import { capital, since } from "./words";

export type Node =
  | { readonly is: "project"; readonly project: ProjectView }
  | { readonly is: "thread"; readonly thread: ThreadView }
  | { readonly is: "turn"; readonly thread: ThreadView; readonly turn: TurnView }
  | { readonly is: "checkpoint"; readonly thread: ThreadView; readonly checkpoint: CheckpointView };

const REDRAW_MILLISECONDS = 80;

export class ThreadsTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<Node>;
  private readonly listening: vscode.Disposable[];
  private drawing: NodeJS.Timeout | undefined;
  private filter = "";
  private archived = false;

  constructor(private readonly peon: Peon) {
    this.view = vscode.window.createTreeView("peon.threads", {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.listening = [
      this.view,
      this.changed,
      this.view.onDidChangeVisibility(({ visible }) => visible && peon.start()),
      peon.store.onChange((state, before) => !isListedAlike(state, before) && this.draw()),
      peon.onHealth(() => this.draw()),
    ];
    if (this.view.visible) {
      peon.start();
    }
  }

  setFilter(filter: string): void {
    this.filter = filter.trim();
    this.view.description = this.filter === "" ? "" : `“${this.filter}”`;
    void vscode.commands.executeCommand("setContext", "peon.filtered", this.filter !== "");
    this.changed.fire(undefined);
  }

  showArchived(archived: boolean): void {
    this.archived = archived;
    void vscode.commands.executeCommand("setContext", "peon.archivedShown", archived);
    this.changed.fire(undefined);
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.is) {
      case "project":
        return projectItem(node.project);
      case "thread":
        return threadItem(node.thread);
      case "turn":
        return turnItem(node.thread, node.turn);
      case "checkpoint":
        return checkpointItem(node.thread, node.checkpoint);
    }
  }

  /** What is told where the pointer rests: who shares a folder is looked for only then. */
  resolveTreeItem(item: vscode.TreeItem, node: Node): vscode.TreeItem {
    if (node.is === "thread") {
      const { state } = this.peon.store;
      const thread = state.threads.get(node.thread.threadId) ?? node.thread;
      item.tooltip = threadDetails(thread, sharedWith(state, thread));
    }
    return item;
  }

  getChildren(node?: Node): Node[] | Promise<Node[]> {
    const { state } = this.peon.store;
    switch (node?.is) {
      case undefined:
        return [...state.projects.values()].map((project) => ({ is: "project", project }));
      case "project":
        return threadsOf(state, node.project.projectId, this.archived)
          .filter((thread) => matches(thread, this.filter))
          .map((thread) => ({ is: "thread", thread }));
      case "thread":
        return this.inside(node.thread);
      case "turn":
        return checkpointsOf(node.thread, node.turn).map((checkpoint) => ({
          is: "checkpoint",
          thread: node.thread,
          checkpoint,
        }));
      case "checkpoint":
        return [];
    }
  }

  /** A thread that is unfolded is read, where the list has left out what is in it. */
  private async inside(thread: ThreadView): Promise<Node[]> {
    const known = await this.peon.session.wholeThread(thread.threadId).catch(() => undefined);
    return insideThread(known ?? thread);
  }

  private draw(): void {
    this.drawing ??= setTimeout(() => {
      this.drawing = undefined;
      const { state } = this.peon.store;
      const count = waiting(state).length;
      const tooltip = `${count} ${count === 1 ? "approval waits" : "approvals wait"}`;
      this.view.badge = count === 0 ? undefined : { value: count, tooltip };
      const empty = this.peon.isConnected && state.projects.size === 0;
      void vscode.commands.executeCommand("setContext", "peon.empty", empty);
      this.changed.fire(undefined);
    }, REDRAW_MILLISECONDS);
  }

  dispose(): void {
    clearTimeout(this.drawing);
    vscode.Disposable.from(...this.listening).dispose();
  }
}

function projectItem(project: ProjectView): vscode.TreeItem {
  const item = new vscode.TreeItem(project.title, vscode.TreeItemCollapsibleState.Expanded);
  item.id = project.projectId;
  item.iconPath = new vscode.ThemeIcon("root-folder");
  item.tooltip = project.root;
  item.contextValue = "project";
  return item;
}

const ICONS: Record<Phase, { icon: string; colour?: string }> = {
  "needs you": { icon: "question", colour: "charts.yellow" },
  running: { icon: "loading~spin", colour: "charts.blue" },
  failed: { icon: "error", colour: "errorForeground" },
  stopped: { icon: "circle-slash" },
  done: { icon: "pass", colour: "testing.iconPassed" },
  new: { icon: "comment" },
};

function threadItem(thread: ThreadView): vscode.TreeItem {
  const hasChildren = thread.turns.length > 0 || thread.checkpoints.length > 0;
  const item = new vscode.TreeItem(
    thread.title,
    hasChildren ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None,
  );
  const phase = phaseOf(thread);
  const { icon, colour } = ICONS[phase];
  item.id = thread.threadId;
  item.iconPath = themed(icon, colour);
  item.description = threadWords(thread, since(thread.updatedAt));
  item.contextValue = threadContext(thread);
  item.accessibilityInformation = { label: `${thread.title}, ${phase}` };
  item.command = { command: "peon.openThread", title: "Open", arguments: [thread.threadId] };
  return item;
}

/** Turns, the newest first, and what was kept by hand in between. */
function insideThread(thread: ThreadView): Node[] {
  const turns = thread.turns.map((turn) => ({
    at: turn.startedAt,
    node: { is: "turn", thread, turn } as Node,
  }));
  const known = new Set(thread.turns.map((turn) => turn.turnId));
  const others = thread.checkpoints
    .filter((checkpoint) => checkpoint.turnId === null || !known.has(checkpoint.turnId))
    .map((checkpoint) => ({
      at: checkpoint.createdAt,
      node: { is: "checkpoint", thread, checkpoint } as Node,
    }));
  return [...turns, ...others]
    .sort((one, other) => other.at.localeCompare(one.at))
    .map(({ node }) => node);
}

const TURN_ICONS = {
  running: "loading~spin",
  completed: "check",
  interrupted: "circle-slash",
  failed: "error",
};

function turnItem(thread: ThreadView, turn: TurnView): vscode.TreeItem {
  const hasCheckpoints = checkpointsOf(thread, turn).length > 0;
  const item = new vscode.TreeItem(
    `${turn.number}. ${promptLine(turn)}`,
    hasCheckpoints
      ? vscode.TreeItemCollapsibleState.Collapsed
      : vscode.TreeItemCollapsibleState.None,
  );
  const isUndone = turn.undone;
  item.id = `${thread.threadId}/${turn.turnId}`;
  item.iconPath = themed(isUndone ? "discard" : TURN_ICONS[turn.status]);
  item.description = isUndone ? "undone" : turn.status;
  item.contextValue = `turn ${turn.status}${isUndone ? " undone" : ""}`;
  return item;
}

const CHECKPOINT_WORDS = {
  turnStart: "before the turn",
  turnEnd: "after the turn",
  manual: "kept by hand",
  beforeRestore: "before a restore",
};

function checkpointItem(thread: ThreadView, checkpoint: CheckpointView): vscode.TreeItem {
  const words = CHECKPOINT_WORDS[checkpoint.kind];
  const isOurs = checkpoint.kind === "turnStart" || checkpoint.kind === "turnEnd";
  const item = new vscode.TreeItem(isOurs ? capital(words) : checkpoint.description);
  const isExpired = checkpoint.expired;
  item.id = `${thread.threadId}/${checkpoint.checkpointId}`;
  item.iconPath = themed("history");
  const age = since(checkpoint.createdAt);
  item.description = [isOurs ? age : `${words} · ${age}`, isExpired ? "no longer kept" : ""]
    .filter(Boolean)
    .join(" · ");
  item.tooltip = checkpoint.missing
    .map((each) => `Not kept: ${each.path} (${each.reason})`)
    .join("\n");
  item.contextValue = isExpired ? "checkpoint expired" : "checkpoint";
  return item;
}

function themed(icon: string, colour?: string): vscode.ThemeIcon {
  return new vscode.ThemeIcon(
    icon,
    colour === undefined ? undefined : new vscode.ThemeColor(colour),
  );
}
