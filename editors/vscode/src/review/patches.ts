// Unified patches: what stood before one, and what of a file it shows.
// Invariant: knows no editor.

import { applyPatch, parsePatch, reversePatch, type StructuredPatch } from "diff";

function parsed(patch: string): StructuredPatch | undefined {
  return parsePatch(patch)[0];
}

/** The text from before a patch; undefined where the present is not what the patch made. */
export function original(present: string, patch: string): string | undefined {
  const structure = parsed(patch);
  if (structure === undefined) {
    return undefined;
  }
  const before = applyPatch(present, reversePatch(structure), { fuzzFactor: 0 });
  return before === false ? undefined : before;
}

/** The lines of one side that a patch shows, each hunk under a line that says where it stands. */
export function fragment(patch: string, side: "before" | "after"): string {
  const hunks = parsed(patch)?.hunks ?? [];
  const left = side === "before" ? "+" : "-";
  const blocks = hunks.map((hunk) => {
    const lines = hunk.lines.filter((line) => !line.startsWith(left) && !line.startsWith("\\"));
    const start = side === "before" ? hunk.oldStart : hunk.newStart;
    return [`⋯ line ${start}`, ...lines.map((line) => line.slice(1))].join("\n");
  });
  return blocks.length === 0 ? "" : `${blocks.join("\n")}\n`;
}

/** Where the first change is in the new text; lines count from 0. */
export function firstLine(patch: string): number {
  const hunk = parsed(patch)?.hunks[0];
  const context = hunk?.lines.findIndex((line) => !line.startsWith(" ")) ?? 0;
  return Math.max(0, (hunk?.newStart ?? 1) - 1 + Math.max(0, context));
}
