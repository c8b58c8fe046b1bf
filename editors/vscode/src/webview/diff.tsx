// A change of a file, in lines.

import type { FileEdit } from "../protocol_gen";

interface Line {
  readonly mark: " " | "+" | "-";
  readonly text: string;
}

/** Files longer than this are shown in the editor only. */
const MOST_LINES = 2_000;
const CONTEXT = 3;

/** The lines of an edit that differ, with some around them; null where there are too many. */
export function linesOf(edit: FileEdit): Line[] | null {
  const before = edit.oldText ? edit.oldText.replace(/\n$/, "").split("\n") : [];
  const after = edit.newText === "" ? [] : edit.newText.replace(/\n$/, "").split("\n");
  if (before.length + after.length > MOST_LINES) {
    return null;
  }
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) {
    head += 1;
  }
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before.at(-1 - tail) === after.at(-1 - tail)
  ) {
    tail += 1;
  }
  const mark = (lines: string[], sign: Line["mark"]) => lines.map((text) => ({ mark: sign, text }));
  return [
    ...mark(before.slice(Math.max(0, head - CONTEXT), head), " "),
    ...mark(before.slice(head, before.length - tail), "-"),
    ...mark(after.slice(head, after.length - tail), "+"),
    ...mark(after.slice(after.length - tail, after.length - tail + CONTEXT), " "),
  ];
}

/** The lines of a unified patch, headers of hunks left out. */
export function linesOfPatch(patch: string): Line[] {
  return patch
    .replace(/\n$/, "")
    .split("\n")
    .filter((line) => /^[ +-]/.test(line))
    .map((line) => ({ mark: line[0] as Line["mark"], text: line.slice(1) }));
}

const SAID = { " ": "", "+": "added", "-": "removed" };
const CLASSES = { " ": "same", "+": "added", "-": "removed" };

export function Diff({ lines, label }: { lines: readonly Line[]; label: string }) {
  return (
    <pre class="diff" role="group" aria-label={label} tabIndex={0}>
      {lines.map((line, place) => (
        <div key={place} class={`line ${CLASSES[line.mark]}`}>
          <span class="mark" aria-hidden="true">
            {line.mark}
          </span>
          {line.mark !== " " && <span class="unseen">{SAID[line.mark]} </span>}
          {line.text || " "}
        </div>
      ))}
    </pre>
  );
}

export function countsOf(edit: FileEdit): { added: number; removed: number } | null {
  const lines = linesOf(edit);
  return (
    lines && {
      added: lines.filter((line) => line.mark === "+").length,
      removed: lines.filter((line) => line.mark === "-").length,
    }
  );
}

export function Counts({ added, removed }: { added: number; removed: number }) {
  return (
    <span class="counts">
      <span class="plus">+{added}</span> <span class="minus">−{removed}</span>
    </span>
  );
}
