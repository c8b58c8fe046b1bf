// The ways to log in to an agent, and what each asks of a person.

import assert from "node:assert/strict";
import { test } from "node:test";

import type { AuthMethod } from "../../../../editors/vscode/src/protocol_gen";
import { waysOf } from "../../../../editors/vscode/src/state/logins";

function way(some: Partial<AuthMethod>) {
  const plain = { methodId: "m", name: "A way", kind: "agent", description: null } as const;
  const [choice] = waysOf([{ ...plain, command: null, variables: [], ...some }]);
  assert.ok(choice);
  return choice;
}

test("what the agent can do itself is asked of it", () => {
  assert.deepEqual(way({}).way, { is: "ask", methodId: "m" });
  assert.equal(way({ description: "With a browser" }).detail, "With a browser");
});

test("a command is made ready for a terminal, each word as it is", () => {
  const command = ["agent", "login", "it's me", "--at=https://example.com"];
  const made = way({ kind: "terminal", command, description: "By hand" });
  assert.deepEqual(made.way, {
    is: "terminal",
    command: "agent login 'it'\\''s me' --at=https://example.com",
  });
  assert.match(made.detail, /^By hand · agent login/);
});

test("variables are named, and what is neither is told in the agent's words", () => {
  assert.deepEqual(way({ kind: "env", variables: ["TOKEN"] }).way, {
    is: "variables",
    names: ["TOKEN"],
  });
  assert.deepEqual(way({ kind: "terminal", description: "Ask for an account" }).way, {
    is: "read",
    words: "Ask for an account",
  });
  assert.deepEqual(way({ kind: "env" }).way, { is: "read", words: "A way" });
});
