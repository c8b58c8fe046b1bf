// The form of a question: what stands in it at first, and what is answered.

import assert from "node:assert/strict";
import { test } from "node:test";

import type { PendingActionView, QuestionField } from "../../../../editors/vscode/src/protocol_gen";
import {
  answersOf,
  hintOf,
  pageOf,
  problemsIn,
  startOf,
} from "../../../../editors/vscode/src/state/questions";

function field(name: string, some: Partial<QuestionField> = {}): QuestionField {
  return { name, label: name, kind: "text", ...some };
}

const CHOICES = [
  { value: "a", label: "A" },
  { value: "b", label: "B" },
];

test("fields begin with their defaults, and what is secret is not among them", () => {
  const fields = [
    field("text", { default: "words" }),
    field("count", { kind: "integer", default: 3 }),
    field("on", { kind: "boolean", default: true }),
    field("one", { kind: "choice", choices: CHOICES, default: "b" }),
    field("some", { kind: "choices", choices: CHOICES, default: ["a"] }),
    field("secret", { secret: true }),
  ];
  assert.deepEqual(startOf(fields), { text: "words", count: "3", on: true, one: "b", some: ["a"] });
  const { answers, problems } = answersOf(fields, { ...startOf(fields), secret: "s" });
  assert.deepEqual(problems, {});
  assert.deepEqual(answers, {
    text: "words",
    count: 3,
    on: true,
    one: "b",
    some: ["a"],
    secret: "s",
  });
});

test("what is left empty is not answered, and a default that was taken out is null", () => {
  const fields = [
    field("none"),
    field("cleared", { default: "x" }),
    field("count", { kind: "number" }),
    field("some", { kind: "choices", choices: CHOICES }),
  ];
  const entries = { none: "", cleared: "", count: " ", some: [] };
  assert.deepEqual(answersOf(fields, entries), { answers: { cleared: null }, problems: {} });
});

test("what cannot be taken is said field by field", () => {
  const fields = [
    field("must", { required: true }),
    field("one", { kind: "choice", required: true, choices: CHOICES }),
    field("count", { kind: "integer" }),
    field("share", { kind: "number" }),
    field("low", { kind: "number", minimum: 2 }),
    field("short", { maximum: 2 }),
    field("many", { kind: "choices", choices: CHOICES, maximum: 1 }),
  ];
  const entries = { count: "1.5", share: "much", low: "1", short: "äöü", many: ["a", "b"] };
  assert.deepEqual(answersOf(fields, entries), {
    answers: {},
    problems: {
      must: "Fill this in.",
      one: "Choose something.",
      count: "This must be a whole number.",
      share: "This is no number.",
      low: "At least 2.",
      short: "At most 2 characters.",
      many: "At most 1 choices.",
    },
  });
});

test("what the server says is shown at its field", () => {
  const problems = [{ field: "name", path: "$.name", reason: "expected a text" }];
  assert.deepEqual(problemsIn({ problems }), { name: "Expected a text." });
  assert.deepEqual(problemsIn({}), {});
});

test("a field says what it expects", () => {
  assert.equal(hintOf(field("x")), null);
  assert.equal(
    hintOf(field("x", { kind: "integer", minimum: 1, maximum: 5 })),
    "a whole number, 1 to 5",
  );
  assert.equal(hintOf(field("x", { kind: "number" })), "a number");
  assert.equal(hintOf(field("x", { minimum: 1, maximum: 80 })), "at most 80 characters");
  assert.equal(hintOf(field("x", { kind: "choices", minimum: 2 })), "at least 2 choices");
});

test("the page of a question is its whole address, and what is no address of the web is none", () => {
  const asked = (title: string, kind: PendingActionView["kind"] = "question") =>
    pageOf({ title, kind } as PendingActionView);
  const address = "https://garden.example/in?code=1#there";
  assert.deepEqual(asked(`Log in: ${address}`), { words: "Log in", address });
  for (const title of [
    "Log in: file:///etc/passwd",
    "Log in: javascript:alert(1)",
    "Log in: https://garden.example/[redacted]",
    "Log in: https://bank.example/ evil",
    "Log in: https://bank.example@evil.example/",
    "Log in: https://b\u0430nk.example/",
    "Log in?",
  ]) {
    assert.equal(asked(title), null, title);
  }
  assert.equal(asked(`Fetch: ${address}`, "fetch"), null);
});
