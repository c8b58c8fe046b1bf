// What is chosen of a session: for a thread, or for one turn.

import assert from "node:assert/strict";
import { test } from "node:test";

import type { SessionOption, ThreadView } from "../../../../editors/vscode/src/protocol_gen";
import {
  modelsOf,
  offersOf,
  onceWords,
  settable,
  settingOf,
  withChoice,
} from "../../../../editors/vscode/src/state/options";
import { EMPTY } from "../../../../editors/vscode/src/state/state";

function option(optionId: string, some: Partial<SessionOption> = {}): SessionOption {
  const choices = [
    { value: "low", name: "Low" },
    { value: "high", name: "High" },
  ];
  const about = { name: optionId, category: "other", kind: "select", value: "low" } as const;
  return { optionId, ...about, choices, ...some };
}

const WEB = option("web", { kind: "boolean", value: false, choices: [] });
const EFFORT = option("effort", { name: "Effort", category: "thoughtLevel" });
const MODEL = option("model", { category: "model" });
const MODE = option("mode", { category: "mode" });

test("models and modes have places of their own", () => {
  const options = [MODE, WEB, MODEL, EFFORT];
  assert.equal(modelsOf(options), MODEL);
  assert.equal(modelsOf([option("model", { category: "model", choices: [] })]), undefined);
  assert.deepEqual(settable(options), [EFFORT, WEB]);
});

test("what was chosen last is what an option is set to", () => {
  assert.equal(settingOf(EFFORT), "low");
  assert.equal(settingOf(EFFORT, {}, { effort: "high" }), "high");
  assert.equal(settingOf(EFFORT, { effort: "low" }, { effort: "high" }), "low");
  assert.equal(settingOf(option("x", { value: null })), null);
});

test("choices are gathered, and said for the next turn", () => {
  const chosen = withChoice(withChoice({ mode: "plan" }, { options: { web: true } }), {
    options: { effort: "high" },
  });
  assert.deepEqual(chosen, { mode: "plan", options: { web: true, effort: "high" } });
  assert.equal(onceWords(chosen, { options: [WEB, EFFORT] }), "mode plan, web on, Effort High");
  assert.equal(onceWords({ options: { gone: "x" }, model: "m" }, { options: [] }), "model m, gone x");
  assert.equal(onceWords({}, { options: [] }), "");
});

test("a new thread is offered what its kind of agent offered last", () => {
  const thread = (threadId: string, updatedAt: string, options: SessionOption[]) =>
    [threadId, { threadId, provider: "script", updatedAt, options } as unknown as ThreadView] as const;
  const threads = new Map([
    thread("new", "2026-02-01", [EFFORT]),
    thread("old", "2026-01-01", [WEB]),
    thread("none", "2026-03-01", []),
  ]);
  assert.deepEqual(offersOf({ ...EMPTY, threads }), { script: [EFFORT] });
});
