// Commands about the rules of a project.

import * as vscode from "vscode";

import { type Choice, required, Steps } from "../editor/steps";
import type { ProjectId, RuleVerdict, RuleView, ToolKind } from "../protocol_gen";
import { ruleWords, VERDICTS } from "../state/rules";
import type { RuleNode } from "../views/rules";
import type { Around } from "./targets";
import type { Command } from "./threads";

export function ruleCommands(around: Around): Record<string, Command> {
  return {
    "peon.showRules": () => vscode.commands.executeCommand("peon.rules.focus"),
    "peon.addRule": (node?: RuleNode) => addRule(around, node),
    "peon.removeRule": (node?: RuleNode) => removeRule(around, node),
  };
}

type About = "command" | "path" | ToolKind;

const ABOUT: Choice<About>[] = [
  { label: "$(terminal) Commands", description: "that begin with some words", value: "command" },
  { label: "$(edit) Edits", description: "of files at a place", value: "edit" },
  { label: "$(trash) Deletions", description: "of files at a place", value: "delete" },
  { label: "$(arrow-right) Moves", description: "of files at a place", value: "move" },
  { label: "$(book) Reads", description: "of files at a place", value: "read" },
  { label: "$(search) Searches", value: "search" },
  { label: "$(globe) Requests to the network", value: "fetch" },
  { label: "$(folder) Everything at a place", value: "path" },
];

const AT_A_PLACE: readonly About[] = ["edit", "delete", "move", "read", "path"];

/** Ask what a rule says, part by part, and add it. */
async function addRule(around: Around, node?: RuleNode): Promise<void> {
  const { peon } = around;
  await peon.connected();
  const projectId = await projectFor(around, node);
  const steps = new Steps("Add a rule", 4);
  const verdict = await steps.choose(
    "What becomes of what agents ask for?",
    (Object.keys(VERDICTS) as RuleVerdict[]).map((value) => ({
      label: VERDICTS[value].name,
      description: VERDICTS[value].means,
      value,
    })),
  );
  const about = await steps.choose("What is it about?", ABOUT);
  const pattern = await patternOf(steps, about);
  const provider = await steps.choose<string | null>("Of which agent?", [
    { label: "Every agent", value: null },
    ...peon.providers
      .filter((each) => each.available)
      .map((each) => ({ label: each.name, value: each.providerId })),
  ]);
  await peon.ask("rule/add", { projectId, verdict, provider, ...pattern });
  const whole = { toolKind: null, path: null, command: null, ...pattern, verdict, provider };
  const words = ruleWords(whole, (each) => peon.providerName(each));
  void vscode.window.showInformationMessage(`Added a rule: ${words}.`);
}

async function patternOf(
  steps: Steps,
  about: About,
): Promise<{ toolKind?: ToolKind; path?: string; command?: string }> {
  if (about === "command") {
    const command = await steps.write(
      "The first words of a command, such as git status. No shell operators.",
      { validateInput: required("A rule about commands names their first words.") },
    );
    return { toolKind: "execute", command: command.trim() };
  }
  if (!AT_A_PLACE.includes(about)) {
    return { toolKind: about as ToolKind };
  }
  const path = await steps.write(
    "A glob, from the project's folder: * and ? stay within a folder, ** spans folders",
    { value: "**", validateInput: required("Say where: ** is anywhere in the folder.") },
  );
  return about === "path"
    ? { path: path.trim() }
    : { toolKind: about as ToolKind, path: path.trim() };
}

async function projectFor(around: Around, node?: RuleNode): Promise<ProjectId> {
  if (node?.is === "project") {
    return node.project.projectId;
  }
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (folder !== undefined) {
    return await around.peon.projectOf(folder);
  }
  const projects = [...around.peon.store.state.projects.values()];
  return await new Steps("Add a rule").choose(
    "Of which project?",
    projects.map((each) => ({ label: each.title, description: each.root, value: each.projectId })),
  );
}

const REMOVE = "Remove";

async function removeRule(around: Around, node?: RuleNode): Promise<void> {
  const { peon } = around;
  await peon.connected();
  const nameOf = (provider: string) => peon.providerName(provider);
  const rule = node?.is === "rule" ? node.rule : await chooseRule(around);
  if (rule === undefined) {
    return;
  }
  const answer = await vscode.window.showWarningMessage(
    `Remove the rule “${ruleWords(rule, nameOf)}”?`,
    { modal: true, detail: "What it has settled stays settled." },
    REMOVE,
  );
  if (answer === REMOVE) {
    const { projectId, ruleId } = rule;
    await peon.ask("rule/remove", { projectId, ruleId });
  }
}

async function chooseRule(around: Around): Promise<RuleView | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  const project = folder && around.peon.knownProject(folder);
  const found = project === undefined ? [] : await around.rules.of(project.projectId);
  if (found.length === 0) {
    void vscode.window.showInformationMessage("The project has no rules.");
    return undefined;
  }
  const nameOf = (provider: string) => around.peon.providerName(provider);
  return await new Steps("Remove a rule").choose(
    "Which one?",
    found.map((rule) => ({ label: ruleWords(rule, nameOf), value: rule })),
  );
}
