// What a turn changed, as it is reviewed: how each change stands, in words, and which one is at a line.
// Invariant: knows no editor.

import type { HunkId, HunkStatus, ReviewFile, ReviewHunk } from "../protocol_gen";

export const STANDINGS: Record<HunkStatus, string> = {
  pending: "to be reviewed",
  accepted: "accepted",
  rejected: "taken back",
  waiting: "waits for the end of the turn",
  conflict: "was changed since, and stays",
  mixed: "partly reviewed",
};

export interface Counts {
  readonly added: number;
  readonly removed: number;
}

export function countsIn(hunks: readonly ReviewHunk[]): Counts {
  const lines = hunks.flatMap(({ patch }) => (patch === null ? [] : patch.split("\n")));
  return {
    added: lines.filter((line) => line.startsWith("+")).length,
    removed: lines.filter((line) => line.startsWith("-")).length,
  };
}

export function countWords({ added, removed }: Counts): string {
  return `+${added} −${removed}`;
}

/** Where a change is: “Lines 3–7”. */
export function placeOf(hunk: ReviewHunk): string {
  switch (hunk.kind) {
    case "whole":
      return "The whole file";
    case "mode":
      return "Whether it is a program";
    case "rename":
      return "Where it stands";
    case "text": {
      const first = Math.max(1, hunk.newStart);
      const last = first + Math.max(1, hunk.newLines) - 1;
      return first === last ? `Line ${first}` : `Lines ${first}–${last}`;
    }
  }
}

/** The first line that a change adds, or else removes. */
export function firstWords({ patch }: ReviewHunk): string {
  const lines = patch?.split("\n") ?? [];
  const line =
    lines.find((each) => each.startsWith("+") && each.slice(1).trim() !== "") ??
    lines.find((each) => each.startsWith("-") && each.slice(1).trim() !== "");
  return line?.slice(1).trim() ?? "";
}

/** “2 of 5 reviewed”; what waits or cannot be taken back is nobody's to do. */
export function progressWords(files: readonly ReviewFile[]): string {
  const hunks = files.flatMap((file) => file.hunks);
  const open = hunks.filter((hunk) => hunk.status === "pending").length;
  return `${hunks.length - open} of ${hunks.length} reviewed`;
}

export function isOpen({ hunks }: ReviewFile): boolean {
  return hunks.some((hunk) => hunk.status === "pending");
}

export type Side = "before" | "after";

/** The changes of a file that touch some of these lines of one side; lines count from 1. */
export function hunksAt(file: ReviewFile, side: Side, first: number, last: number): HunkId[] {
  return file.hunks.filter((hunk) => touches(hunk, side, first, last)).map(({ hunkId }) => hunkId);
}

function touches(hunk: ReviewHunk, side: Side, first: number, last: number): boolean {
  if (hunk.kind !== "text") {
    return hunk.kind === "whole";
  }
  const start = side === "before" ? hunk.oldStart : hunk.newStart;
  const count = side === "before" ? hunk.oldLines : hunk.newLines;
  // Where nothing stands on this side the change is between a line and the next.
  const end = count === 0 ? start + 1 : start + count - 1;
  return start <= last && end >= first;
}

/** What an agent is asked about some lines. */
export function remarkPrompt(
  path: string,
  first: number,
  last: number,
  code: string,
  remark: string,
): string {
  const place = first === last ? `line ${first}` : `lines ${first}–${last}`;
  const fence = /^`{3,}/m.test(code) ? "````" : "```";
  return `${remark.trim()}\n\nThis is about ${place} of ${path}:\n\n${fence}\n${code.replace(/\n$/, "")}\n${fence}`;
}
