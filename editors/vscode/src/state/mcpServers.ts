// MCP servers in the words in which they are shown, and the lines in which they are written.
// Invariant: knows no editor.

import type { McpServer, SessionServer } from "../protocol_gen";
import { commandsOf, lineOf } from "./setups";

export type Reach = "stdio" | "http" | "sse";

export function reachOf(server: McpServer): Reach {
  return server.transport ?? (server.url == null ? "stdio" : "http");
}

/** What is started or called, on one line. */
export function targetOf(server: McpServer): string {
  return server.url ?? lineOf([[server.command ?? "", ...(server.args ?? [])]]);
}

/** Whether the session that is open was given a server, and why not; empty where none is known of. */
export function givenWords(name: string, session: readonly SessionServer[]): string {
  const told = session.find((each) => each.name === name);
  if (told === undefined) {
    return "";
  }
  return told.given ? "given to the agent" : `not given: ${told.reason ?? "the agent takes none"}`;
}

/** The servers with one in the place of the one that was called `was`, or behind them. */
export function withServer(
  servers: readonly McpServer[],
  was: string | null,
  server: McpServer,
): McpServer[] {
  const place = servers.findIndex(({ name }) => name === was);
  return place < 0 ? [...servers, server] : servers.with(place, server);
}

export function nameTrouble(name: string, taken: readonly string[]): string | null {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name.trim())) {
    return "Letters, digits, dots, hyphens and underscores, 64 at most.";
  }
  return taken.includes(name.trim()) ? "Another server is called so." : null;
}

/** A program and its arguments; undefined where it is none, or more than one. */
export function programOf(text: string): { command: string; args: string[] } | undefined {
  const [words, ...more] = commandsOf(text);
  const [command, ...args] = words ?? [];
  return command === undefined || more.length > 0 ? undefined : { command, args };
}

export function addressTrouble(text: string): string | null {
  const url = text.trim();
  return /^(https?:\/\/[^\s/]|\$\{env:)/.test(url)
    ? null
    : `It begins with http:// or https://, or is a \${env:NAME}.`;
}

/** Names with a value each, parted by `;`. A quoted part may hold one. */
export function pairsOf(text: string, mark: "=" | ":"): Record<string, string> | undefined {
  const pairs: Record<string, string> = {};
  for (const words of commandsOf(text)) {
    const part = words.join(" ");
    const place = part.indexOf(mark);
    if (place <= 0) {
      return undefined;
    }
    pairs[part.slice(0, place).trim()] = part.slice(place + 1).trim();
  }
  return pairs;
}

/** The line that `pairsOf` reads. */
export function pairsText(pairs: Readonly<Record<string, string>>, mark: "=" | ":"): string {
  const parts = Object.entries(pairs).map(([name, value]) =>
    mark === ":" ? `${name}: ${value}` : `${name}=${value}`,
  );
  return parts.map((part) => (/[;"']|\s{2}/.test(part) ? lineOf([[part]]) : part)).join("; ");
}
