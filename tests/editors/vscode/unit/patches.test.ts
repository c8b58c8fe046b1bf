// What stood before a patch, and what of a file it shows.

import assert from "node:assert/strict";
import { test } from "node:test";

import { firstLine, fragment, original } from "../../../../editors/vscode/src/review/patches";

const PATCH = `--- a/greet.py
+++ b/greet.py
@@ -1,4 +1,4 @@
 """Greets."""
 
-def greet():
+def greet(name):
     pass
@@ -20,3 +20,4 @@
 twenty
+and a half
 twenty-one
 twenty-two
`;

const BETWEEN = Array.from({ length: 15 }, (_, place) => `line ${place + 5}`).join("\n");
const AFTER = `"""Greets."""

def greet(name):
    pass
${BETWEEN}
twenty
and a half
twenty-one
twenty-two
`;

test("the text from before a patch is had by going back", () => {
  const before = original(AFTER, PATCH);
  assert.equal(before, AFTER.replace("greet(name)", "greet()").replace("and a half\n", ""));
});

test("where the file has changed since, nothing is made up", () => {
  assert.equal(original(AFTER.replace("greet(name)", "greet(who)"), PATCH), undefined);
  assert.equal(original("", PATCH), undefined);
});

test("ends of lines and a missing last one are kept as they are", () => {
  const patch = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n one\r\n-two\n\\ No newline at end of file\n" +
    "+three\n\\ No newline at end of file\n";
  assert.equal(original("one\r\nthree", patch), "one\r\ntwo");
});

test("what a patch shows of each side says where it stands", () => {
  assert.equal(
    fragment(PATCH, "before"),
    '⋯ line 1\n"""Greets."""\n\ndef greet():\n    pass\n' +
      "⋯ line 20\ntwenty\ntwenty-one\ntwenty-two\n",
  );
  assert.equal(
    fragment(PATCH, "after"),
    '⋯ line 1\n"""Greets."""\n\ndef greet(name):\n    pass\n' +
      "⋯ line 20\ntwenty\nand a half\ntwenty-one\ntwenty-two\n",
  );
  assert.equal(fragment("", "after"), "");
});

test("the first change is found behind its context", () => {
  assert.equal(firstLine(PATCH), 2);
  assert.equal(firstLine(""), 0);
});
