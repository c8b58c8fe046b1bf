// What a thread may use.

import * as vscode from "vscode";

import { budgetOf, budgetText, metersOf } from "../state/usageWords";
import { type Around, type Target, threadOf } from "./targets";
import type { Command } from "./threads";

export function budgetCommands(around: Around): Record<string, Command> {
  return { "peon.setBudget": (target: Target) => setBudget(around, target) };
}

async function setBudget(around: Around, target: Target): Promise<void> {
  const thread = await threadOf(around, target);
  if (thread === undefined) {
    return;
  }
  const used = metersOf({ ...thread, budget: null }).filter(({ name }) => name !== "context");
  const soFar = used.length === 0 ? "" : ` So far: ${used.map(({ words }) => words).join(", ")}.`;
  const text = await vscode.window.showInputBox({
    title: `What “${thread.title}” may use`,
    prompt: `Tokens, money or both: 200k, 2.50 USD. Empty: no bound.${soFar}`,
    value: budgetText(thread.budget),
    validateInput: (value) => {
      const budget = budgetOf(value);
      return typeof budget === "string" ? budget : null;
    },
  });
  const budget = text === undefined ? undefined : budgetOf(text);
  if (budget !== undefined && typeof budget !== "string") {
    await around.peon.ask("thread/configure", { threadId: thread.threadId, budget });
  }
}
