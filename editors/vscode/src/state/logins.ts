// The ways to log in to an agent, as a list to choose from.
// Invariant: knows no editor.

import type { AuthMethod } from "../protocol_gen";

/** What is done when a way is chosen. */
export type Way =
  /** The agent does it, perhaps in a browser. */
  | { readonly is: "ask"; readonly methodId: string }
  /** A person runs a command and looks again. */
  | { readonly is: "terminal"; readonly command: string }
  /** A person sets variables where the server is started, and starts it again. */
  | { readonly is: "variables"; readonly names: readonly string[] }
  /** All that is known is what the agent says of it. */
  | { readonly is: "read"; readonly words: string };

export interface Choice {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  readonly way: Way;
}

export function waysOf(methods: readonly AuthMethod[]): Choice[] {
  return methods.map((method) => {
    const way = wayOf(method);
    return { label: method.name, description: WORDS[way.is], detail: detailOf(method, way), way };
  });
}

const WORDS: Record<Way["is"], string> = {
  ask: "the agent does it",
  terminal: "in a terminal",
  variables: "by a variable",
  read: "outside of the editor",
};

function wayOf({ kind, methodId, command, variables, name, description }: AuthMethod): Way {
  if (command !== null && command.length > 0) {
    return { is: "terminal", command: command.map(quoted).join(" ") };
  }
  if (variables.length > 0) {
    return { is: "variables", names: variables };
  }
  return kind === "agent" ? { is: "ask", methodId } : { is: "read", words: description ?? name };
}

function detailOf({ description }: AuthMethod, way: Way): string {
  const what =
    way.is === "terminal" ? way.command : way.is === "variables" ? way.names.join(", ") : "";
  return [description ?? "", what].filter(Boolean).join(" · ");
}

/** A word as every shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What failed with this is mended by logging in. */
export const NEEDS_LOGIN = "provider.needsLogin";
