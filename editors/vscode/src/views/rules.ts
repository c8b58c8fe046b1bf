// The tree of rules: what agents may do without asking, and under each what it has settled.

import * as vscode from "vscode";

import type { Peon } from "../editor/peon";
import type { Rules } from "../editor/rules";
import type { ProjectView, RuleView } from "../protocol_gen";
import { decisionWords, type Settled } from "../state/decisions";
import { aboutWords, ruleWords, VERDICTS } from "../state/rules";
import { capital, since } from "./words";

export type RuleNode =
  | { readonly is: "project"; readonly project: ProjectView }
  | { readonly is: "rule"; readonly rule: RuleView }
  | { readonly is: "settled"; readonly settled: Settled }
  | { readonly is: "note"; readonly words: string };

export class RulesTree implements vscode.TreeDataProvider<RuleNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly listening: { dispose(): void }[];

  constructor(
    private readonly peon: Peon,
    private readonly rules: Rules,
  ) {
    let projects = peon.store.state.projects;
    this.listening = [
      this.changed,
      vscode.window.createTreeView("peon.rules", { treeDataProvider: this }),
      rules.onChange(() => this.changed.fire(undefined)),
      peon.store.onChange((state) => {
        if (state.projects.size !== projects.size) {
          this.changed.fire(undefined);
        }
        projects = state.projects;
      }),
    ];
  }

  getTreeItem(node: RuleNode): vscode.TreeItem {
    switch (node.is) {
      case "project":
        return projectItem(node.project);
      case "rule":
        return this.ruleItem(node.rule);
      case "settled":
        return this.settledItem(node.settled);
      case "note":
        return new vscode.TreeItem(node.words);
    }
  }

  async getChildren(node?: RuleNode): Promise<RuleNode[]> {
    if (!this.peon.can("rule/list")) {
      return [];
    }
    const projects = this.projects();
    switch (node?.is) {
      case undefined:
        return projects.length === 1 && projects[0] !== undefined
          ? await this.rulesOf(projects[0])
          : projects.map((project) => ({ is: "project", project }));
      case "project":
        return await this.rulesOf(node.project);
      case "rule": {
        const found = await this.rules.settledBy(node.rule);
        return found.length === 0
          ? [{ is: "note", words: "Has settled nothing in the last threads" }]
          : found.map((settled) => ({ is: "settled", settled }));
      }
      default:
        return [];
    }
  }

  private async rulesOf({ projectId }: ProjectView): Promise<RuleNode[]> {
    const rules = await this.rules.of(projectId);
    return rules.map((rule) => ({ is: "rule", rule }));
  }

  /** The projects of the folders that are open; all of them where none is. */
  private projects(): ProjectView[] {
    const known = [...this.peon.store.state.projects.values()];
    const roots = new Set((vscode.workspace.workspaceFolders ?? []).map((each) => each.uri.fsPath));
    const ours = known.filter((project) => roots.has(project.root));
    return ours.length > 0 ? ours : known;
  }

  private ruleItem(rule: RuleView): vscode.TreeItem {
    const item = new vscode.TreeItem(
      capital(aboutWords(rule)),
      vscode.TreeItemCollapsibleState.Collapsed,
    );
    const nameOf = (provider: string) => this.peon.providerName(provider);
    const whose = rule.provider === null ? "every agent" : nameOf(rule.provider);
    const { icon, colour } = ICONS[rule.verdict];
    item.id = rule.ruleId;
    item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(colour));
    item.description = `${VERDICTS[rule.verdict].name.toLowerCase()} · ${whose}`;
    item.tooltip = [
      `${ruleWords(rule, nameOf)}.`,
      `${VERDICTS[rule.verdict].means}.`,
      `Added by ${rule.createdBy.name}, ${since(rule.createdAt)} ago.`,
    ].join("\n");
    item.contextValue = "rule";
    item.accessibilityInformation = { label: ruleWords(rule, nameOf) };
    return item;
  }

  private settledItem(settled: Settled): vscode.TreeItem {
    const item = new vscode.TreeItem(settled.title);
    const thread = this.peon.store.thread(settled.threadId)?.title ?? "a thread";
    item.description = `${thread} · ${since(settled.at)}`;
    item.tooltip = decisionWords(settled, () => "this one");
    item.iconPath = new vscode.ThemeIcon(settled.decision === "approved" ? "pass" : "circle-slash");
    item.command = { command: "peon.openThread", title: "Open", arguments: [settled.threadId] };
    return item;
  }

  dispose(): void {
    vscode.Disposable.from(...this.listening).dispose();
  }
}

const ICONS = {
  allow: { icon: "pass", colour: "testing.iconPassed" },
  ask: { icon: "question", colour: "charts.yellow" },
  deny: { icon: "circle-slash", colour: "errorForeground" },
};

function projectItem(project: ProjectView): vscode.TreeItem {
  const item = new vscode.TreeItem(project.title, vscode.TreeItemCollapsibleState.Expanded);
  item.iconPath = new vscode.ThemeIcon("root-folder");
  item.contextValue = "ruleProject";
  return item;
}
