// Rules of a project in words: what one is about, and which of them «always» would make.
// Invariant: knows no editor.

import type { Decider, PendingActionView, RuleVerdict, RuleView, ToolKind } from "../protocol_gen";

/** What a rule looks at. */
export type Pattern = Pick<RuleView, "toolKind" | "path" | "command">;

export const VERDICTS: Record<RuleVerdict, { name: string; means: string }> = {
  allow: { name: "Allow", means: "Done without asking" },
  ask: { name: "Ask", means: "You are asked, whatever the mode" },
  deny: { name: "Deny", means: "Refused without asking" },
};

const EVERYWHERE = "**";

const DEEDS: Record<ToolKind, string> = {
  read: "reads",
  edit: "edits",
  delete: "deletions",
  move: "moves",
  search: "searches",
  execute: "commands",
  think: "thoughts",
  fetch: "requests to the network",
  switchMode: "changes of mode",
  other: "other tools",
  question: "questions",
};

/** What a rule is about, as it stands in a list: “edits of src/**”. */
export function aboutWords({ toolKind, path, command }: Pattern): string {
  const deeds = toolKind === null ? "everything" : DEEDS[toolKind];
  if (command !== null) {
    return `commands that begin with “${command}”${path === null ? "" : ` at ${path}`}`;
  }
  if (path === null) {
    return toolKind === null ? deeds : `all ${deeds}`;
  }
  if (path === EVERYWHERE) {
    return `${deeds} anywhere in the folder`;
  }
  return toolKind === null ? `everything at ${path}` : `${deeds} of ${path}`;
}

/** A whole rule as a sentence without its full stop. */
export function ruleWords(
  rule: Pattern & Pick<RuleView, "verdict" | "provider">,
  nameOf: (provider: string) => string,
): string {
  const whose = rule.provider === null ? "every agent" : nameOf(rule.provider);
  return `${VERDICTS[rule.verdict].name} ${aboutWords(rule)}, for ${whose}`;
}

/** By what somebody is asked: a rule has an id, and no blank in it. */
export function askedWords(by: Decider): string {
  return by.name.includes(" ") ? `It is about ${by.name}` : "A rule of the project asks for this";
}

/**
 * What «always» adds for an action that it is offered for, in words. The server takes a command
 * line apart; here it is only seen whether it may be more than one command.
 */
export function alwaysWords(action: PendingActionView): string {
  const { kind: toolKind, command, paths } = action;
  if (command !== null && command !== undefined) {
    return /[;&|()\n]/.test(command)
      ? `Always adds rules that allow each command of “${command}”`
      : allowing({ toolKind: "execute", path: null, command: command.trim() });
  }
  switch (toolKind) {
    case "edit":
      return allowing({ toolKind, path: EVERYWHERE, command: null });
    case "delete":
    case "move":
      return allowing({ toolKind, path: paths.join(" and "), command: null });
    default:
      return allowing({ toolKind, path: null, command: null });
  }
}

function allowing(pattern: Pattern): string {
  return `Always adds a rule that allows ${aboutWords(pattern)}`;
}
