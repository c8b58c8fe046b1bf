// A review in words, and which change is at a line.

import assert from "node:assert/strict";
import { test } from "node:test";

import type { ReviewFile, ReviewHunk } from "../../../../editors/vscode/src/protocol_gen";
import {
  countsIn,
  firstWords,
  hunksAt,
  isOpen,
  placeOf,
  progressWords,
  remarkPrompt,
} from "../../../../editors/vscode/src/state/reviews";

function hunk(hunkId: string, some: Partial<ReviewHunk> = {}): ReviewHunk {
  return {
    hunkId,
    kind: "text",
    oldStart: 2,
    oldLines: 1,
    newStart: 2,
    newLines: 2,
    patch: "@@ -1,3 +1,4 @@\n same\n-old\n+new one\n+new two\n same\n",
    status: "pending",
    ...some,
  };
}

function file(...hunks: ReviewHunk[]): ReviewFile {
  return { path: "a.txt", oldPath: null, kind: "modified", binary: false, status: "mixed", hunks };
}

test("a change says where it is and how it begins", () => {
  assert.equal(placeOf(hunk("h")), "Lines 2–3");
  assert.equal(placeOf(hunk("h", { newLines: 0, newStart: 0 })), "Line 1");
  assert.equal(placeOf(hunk("h", { kind: "whole" })), "The whole file");
  assert.equal(firstWords(hunk("h")), "new one");
  assert.equal(firstWords(hunk("h", { patch: "@@ -1 +0,0 @@\n-gone\n" })), "gone");
  assert.equal(firstWords(hunk("h", { patch: null })), "");
  assert.deepEqual(countsIn([hunk("h"), hunk("i")]), { added: 4, removed: 2 });
});

test("a review says how far it has come", () => {
  const files = [file(hunk("h"), hunk("i", { status: "accepted" })), file(hunk("j"))];
  assert.equal(progressWords(files), "1 of 3 reviewed");
  assert.equal(isOpen(file(hunk("i", { status: "conflict" }))), false);
  assert.equal(isOpen(file(hunk("h"))), true);
});

test("a remark is about the changes that its lines touch", () => {
  const some = file(
    hunk("first"),
    hunk("gone", { oldStart: 10, oldLines: 3, newStart: 10, newLines: 0 }),
    hunk("last", { oldStart: 20, oldLines: 0, newStart: 18, newLines: 1 }),
  );
  assert.deepEqual(hunksAt(some, "after", 3, 3), ["first"]);
  assert.deepEqual(hunksAt(some, "after", 4, 9), []);
  assert.deepEqual(hunksAt(some, "after", 1, 30), ["first", "gone", "last"]);
  assert.deepEqual(hunksAt(some, "after", 11, 11), ["gone"]);
  assert.deepEqual(hunksAt(some, "before", 11, 12), ["gone"]);
  assert.deepEqual(hunksAt(file(hunk("all", { kind: "whole" })), "after", 1, 1), ["all"]);
});

test("the agent is told the lines that a remark is about", () => {
  assert.equal(
    remarkPrompt("a.txt", 2, 3, "one\ntwo\n", " Why? "),
    "Why?\n\nThis is about lines 2–3 of a.txt:\n\n```\none\ntwo\n```",
  );
  assert.match(remarkPrompt("a.md", 1, 1, "```\ncode\n```", "x"), /line 1 of a\.md:\n\n````\n```/);
});
