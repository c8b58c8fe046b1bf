// MCP servers in words and lines: what is written is what is meant, and is shown as it was written.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  addressTrouble,
  givenWords,
  nameTrouble,
  pairsOf,
  pairsText,
  programOf,
  reachOf,
  targetOf,
  withServer,
} from "../../../../editors/vscode/src/state/mcpServers";

test("a program is one command with its arguments", () => {
  assert.deepEqual(programOf("npx -y 'two words'"), { command: "npx", args: ["-y", "two words"] });
  assert.deepEqual(programOf('sh -c "a; b"'), { command: "sh", args: ["-c", "a; b"] });
  assert.equal(programOf("one; two"), undefined);
  assert.equal(programOf("  "), undefined);
});

test("what is started or called is shown as it may be written", () => {
  const program = { name: "p", command: "npx", args: ["-y", "two words"] };
  assert.equal(targetOf(program), 'npx -y "two words"');
  assert.equal(reachOf(program), "stdio");
  assert.deepEqual(programOf(targetOf(program)), { command: "npx", args: ["-y", "two words"] });
  const address = { name: "a", url: "https://example.com/mcp" };
  assert.equal(targetOf(address), "https://example.com/mcp");
  assert.equal(reachOf(address), "http");
  assert.equal(reachOf({ ...address, transport: "sse" }), "sse");
});

test("variables and headers are pairs, which may hold what parts them", () => {
  const variables = { TOKEN: `\${env:TOKEN}`, LIST: "a; b", EMPTY: "", SUM: "1=1" };
  assert.deepEqual(pairsOf(pairsText(variables, "="), "="), variables);
  const headers = { Authorization: `Bearer \${env:TOKEN}`, "X-Place": "http://here:80" };
  assert.equal(
    pairsText(headers, ":"),
    `Authorization: Bearer \${env:TOKEN}; X-Place: http://here:80`,
  );
  assert.deepEqual(pairsOf(pairsText(headers, ":"), ":"), headers);
  assert.deepEqual(pairsOf("", "="), {});
  assert.equal(pairsOf("no value", "="), undefined);
  assert.equal(pairsOf("=no name", "="), undefined);
});

test("names and addresses are refused while they are typed", () => {
  assert.equal(nameTrouble("tickets-2.x", ["notes"]), null);
  assert.ok(nameTrouble("", []));
  assert.ok(nameTrouble("two words", []));
  assert.ok(nameTrouble("a".repeat(65), []));
  assert.equal(nameTrouble(" notes ", ["notes"]), "Another server is called so.");
  assert.equal(addressTrouble("https://example.com/mcp"), null);
  assert.equal(addressTrouble(`\${env:ADDRESS}`), null);
  assert.ok(addressTrouble("example.com"));
  assert.ok(addressTrouble("https://"));
});

test("a server takes its place again, or the last one", () => {
  const one = { name: "one", command: "1" };
  const two = { name: "two", command: "2" };
  const other = { name: "other", command: "3" };
  assert.deepEqual(withServer([one, two], null, other), [one, two, other]);
  assert.deepEqual(withServer([one, two], "one", other), [other, two]);
});

test("a session says which it was given", () => {
  const session = [
    { name: "one", given: true },
    { name: "two", given: false, reason: "TOKEN is not set" },
    { name: "three", given: false, reason: null },
  ];
  assert.equal(givenWords("one", session), "given to the agent");
  assert.equal(givenWords("two", session), "not given: TOKEN is not set");
  assert.equal(givenWords("three", session), "not given: the agent takes none");
  assert.equal(givenWords("four", session), "");
});
