// What the views say: rules, decisions, use, threads, messages of commits, output of programs.

import assert from "node:assert/strict";
import { test } from "node:test";

import type { PendingActionView, StoredEvent, ThreadView } from "../../../../editors/vscode/src/protocol_gen";
import {
  decisionWords,
  NOTHING_READ,
  rulesOf,
  withEvents,
} from "../../../../editors/vscode/src/state/decisions";
import { bodyWords, partsOf, wholeOf } from "../../../../editors/vscode/src/state/messages";
import { isListedAlike } from "../../../../editors/vscode/src/state/selectors";
import { lastLine, plain } from "../../../../editors/vscode/src/state/progress";
import { aboutWords, alwaysWords, ruleWords } from "../../../../editors/vscode/src/state/rules";
import {
  branchNameOf,
  branchTrouble,
  commandsOf,
  lineOf,
  pathsOf,
} from "../../../../editors/vscode/src/state/setups";
import {
  threadContext,
  threadDetails,
  threadWords,
} from "../../../../editors/vscode/src/state/threadWords";
import { withText } from "../../../../editors/vscode/src/state/titles";
import {
  budgetOf,
  budgetText,
  metersOf,
  moneyOf,
} from "../../../../editors/vscode/src/state/usageWords";

const NOTHING = { toolKind: null, path: null, command: null };

test("a rule says what it is about", () => {
  const about = (some: object) => aboutWords({ ...NOTHING, ...some });
  assert.equal(about({ toolKind: "edit", path: "**" }), "edits anywhere in the folder");
  assert.equal(about({ toolKind: "delete", path: "old.txt" }), "deletions of old.txt");
  assert.equal(about({ toolKind: "fetch" }), "all requests to the network");
  assert.equal(about({ path: "docs/**" }), "everything at docs/**");
  assert.equal(
    about({ toolKind: "execute", command: "git status" }),
    "commands that begin with “git status”",
  );
  const rule = { ...NOTHING, toolKind: "read", verdict: "deny", provider: null } as const;
  assert.equal(ruleWords(rule, String), "Deny all reads, for every agent");
  assert.equal(
    ruleWords({ ...rule, provider: "script" }, () => "Script"),
    "Deny all reads, for Script",
  );
});

test("«always» says which rule it adds", () => {
  const words = (some: object) =>
    alwaysWords({ kind: "edit", command: null, paths: [], ...some } as unknown as PendingActionView);
  assert.equal(words({}), "Always adds a rule that allows edits anywhere in the folder");
  assert.equal(
    words({ kind: "execute", command: "make test " }),
    "Always adds a rule that allows commands that begin with “make test”",
  );
  assert.equal(
    words({ kind: "execute", command: "make && make test" }),
    "Always adds rules that allow each command of “make && make test”",
  );
  assert.equal(
    words({ kind: "delete", paths: ["a", "b"] }),
    "Always adds a rule that allows deletions of a and b",
  );
});

function event(sequence: number, type: string, payload: object): StoredEvent {
  const occurredAt = `2026-01-01T00:00:0${sequence}Z`;
  return { sequence, type, payload, occurredAt } as unknown as StoredEvent;
}

test("decisions are gathered page by page, each once", () => {
  const asked = event(1, "action.requested", { actionId: "a", title: "Run it", itemId: "i" });
  const by = { kind: "rule", name: "one,two" } as const;
  const payload = { threadId: "t", turnId: "u", actionId: "a", decision: "approved", by };
  const first = withEvents(NOTHING_READ, [asked]);
  const both = withEvents(first, [asked, event(2, "action.resolved", payload)]);
  assert.equal(both.after, 2);
  assert.deepEqual(
    both.settled.map(({ title, itemId, at }) => [title, itemId, at]),
    [["Run it", "i", "2026-01-01T00:00:02Z"]],
  );
  assert.deepEqual(withEvents(both, [event(2, "action.resolved", payload)]), both);
  assert.deepEqual(rulesOf(by), ["one", "two"]);
  const settled = both.settled[0];
  assert.ok(settled);
  assert.equal(
    decisionWords(settled, (rule) => (rule === "one" ? "all reads" : undefined)),
    "Allowed by the rules: all reads; one that was removed since",
  );
  const mode = { decision: "rejected", by: { kind: "mode", name: "plan" } } as const;
  assert.equal(
    decisionWords(mode, () => undefined),
    "Refused by the mode plan",
  );
});

test("what a thread used is told with its bounds", () => {
  const usage = {
    inputTokens: 1500,
    outputTokens: 500,
    contextUsed: 50_000,
    contextSize: 200_000,
    cost: { amount: 0.25, currency: "USD" },
  };
  const meters = metersOf({ usage, budget: { maxTokens: 4000, maxCost: 1, currency: "USD" } });
  assert.deepEqual(
    meters.map(({ words, share }) => [words, share]),
    [
      ["25 % context", 0.25],
      ["2K of 4K tokens", 0.5],
      ["$0.25 of $1.00", 0.25],
    ],
  );
  assert.deepEqual(metersOf({ usage: {}, budget: null }), []);
  assert.equal(metersOf({ usage: {}, budget: { maxTokens: 10 } })[0]?.words, "0 of 10 tokens");
  assert.equal(moneyOf({ amount: 0.0123, currency: "EUR" }), "€0.0123");
  assert.equal(moneyOf({ amount: 2, currency: "credits" }), "2.00 credits");
});

test("a budget is written as people write one", () => {
  assert.deepEqual(budgetOf("200k, 2.50 usd"), { maxTokens: 200_000, maxCost: 2.5, currency: "USD" });
  assert.deepEqual(budgetOf("1.5M tokens"), { maxTokens: 1_500_000 });
  assert.deepEqual(budgetOf(" "), {});
  assert.equal(typeof budgetOf("much"), "string");
  assert.equal(budgetText({ maxTokens: 5, maxCost: 1, currency: "EUR" }), "5, 1 EUR");
  assert.equal(budgetText(null), "");
});

const THREAD = {
  threadId: "t",
  title: "Greet",
  status: "idle",
  provider: "script",
  mode: "ask",
  model: null,
  archived: false,
  turns: [],
  checkpoints: [],
  turnCount: 0,
  checkpointCount: 0,
  pendingActions: [],
  usage: {},
  folder: "/home/user/greeter",
  worktree: null,
} as unknown as ThreadView;

test("the tree says where a thread works, and with whom", () => {
  assert.equal(threadWords(THREAD, "now"), "new · now");
  assert.equal(threadContext(THREAD), "thread idle");
  const worktree = { path: "/w", branch: "peon/a", base: "main", made: true, removed: false };
  const other = { ...THREAD, worktree };
  const sharing = Array.from({ length: 12 }, (_, place) => ({ ...THREAD, title: `No. ${place}` }));
  assert.equal(threadWords(other, "now"), "new · now · peon/a");
  assert.equal(threadContext(other), "thread idle inWorktree worktreeMade");
  assert.match(
    threadDetails(other, sharing.slice(0, 1)),
    /A worktree made for it on the branch peon\/a, begun from main\nShares its folder with: No\. 0$/m,
  );
  assert.match(threadDetails(other, sharing), /with: No\. 2, .*, No\. 11, and 2 more$/m);
  // A list has left out most checkpoints: one from before a restore may be among them.
  assert.equal(threadContext({ ...THREAD, checkpointCount: 1 }), "thread idle restored");
  const removed = { ...other, worktree: { ...worktree, removed: true } };
  assert.equal(threadWords(removed, "now"), "new · now · peon/a · worktree removed");
  assert.equal(threadContext(removed), "thread idle inWorktree worktreeRemoved");
});

test("the message of a commit is a line and a body that may be left out", () => {
  const message = "Greet anybody\n\n- one\n- two\n";
  assert.deepEqual(partsOf(message), { subject: "Greet anybody", body: "- one\n- two" });
  assert.equal(wholeOf(partsOf(message)), message.trim());
  assert.equal(wholeOf({ subject: " Greet ", body: "" }), "Greet");
  assert.equal(bodyWords("- one\n\n- two"), "2 lines that begin “- one”");
  assert.equal(bodyWords("all"), "1 line, “all”");
});

test("what programs say is told without what terminals make of it", () => {
  assert.equal(plain("\u001b[32mok\u001b[0m\r\n10 %\r100 %\n"), "ok\n100 %\n");
  assert.equal(lastLine("first\nsecond\n\n"), "second");
  assert.equal(lastLine(""), "");
  assert.equal(lastLine("x".repeat(90)).length, 80);
});

test("a worktree is described in lines", () => {
  const line = `npm ci; sh -c "make 'all'" ; echo ""`;
  const commands = [["npm", "ci"], ["sh", "-c", "make 'all'"], ["echo", ""]];
  assert.deepEqual(commandsOf(line), commands);
  assert.deepEqual(commandsOf(lineOf(commands)), commands);
  assert.deepEqual(commandsOf(" ; "), []);
  assert.deepEqual(pathsOf(".env, , local/data "), [".env", "local/data"]);
  assert.equal(branchNameOf("Let greet() take a name!"), "peon/let-greet-take-a-name");
  assert.equal(branchNameOf("…"), "peon/work");
  for (const name of ["peon/a", "a.b", "x-1"]) {
    assert.equal(branchTrouble(name), null, name);
  }
  for (const name of ["", "a b", "a..b", "/a", "a/", "-a", "a.lock", "a//b", "a~1", "peon/"]) {
    assert.notEqual(branchTrouble(name), null, name);
  }
});

test("a message that waits keeps what was attached to it", () => {
  const link = { type: "resource_link", uri: "file:///a", name: "a" } as const;
  assert.deepEqual(withText([{ type: "text", text: "before" }, link], "after"), [
    { type: "text", text: "after" },
    link,
  ]);
  assert.equal(withText("before", "after"), "after");
});

test("lists are drawn again for what they say, and not for what an agent writes", () => {
  const turn = { turnId: "turn-1", status: "running", items: [] as unknown[] };
  const thread = { threadId: "thr-1", title: "One", version: 1, turns: [turn] };
  const of = (some: object) =>
    ({ sequence: 1, projects: NONE, threads: new Map([["thr-1", { ...thread, ...some }]]) }) as never;
  assert.ok(isListedAlike(of({ version: 2, turns: [{ ...turn, items: [{}] }] }), of({})));
  assert.ok(!isListedAlike(of({ title: "Another" }), of({})));
  assert.ok(!isListedAlike(of({ turns: [{ ...turn, status: "completed" }] }), of({})));
  assert.ok(!isListedAlike(of({ turns: [turn, turn] }), of({})));
  assert.ok(!isListedAlike({ sequence: 1, projects: NONE, threads: new Map() }, of({})));
});

const NONE = new Map();
