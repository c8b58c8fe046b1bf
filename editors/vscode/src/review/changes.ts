// The files that a turn, or all since a checkpoint, changed; every page of them.

import type { Peon } from "../editor/peon";
import type { DiffResult, FileChange } from "../protocol_gen";

export async function turnFiles(
  peon: Peon,
  threadId: string,
  turnId: string,
  paths?: string[],
): Promise<FileChange[]> {
  const some = paths === undefined ? {} : { paths };
  return await all((offset) => peon.ask("turn/diff", { threadId, turnId, offset, ...some }));
}

export async function checkpointFiles(
  peon: Peon,
  threadId: string,
  checkpointId: string,
): Promise<FileChange[]> {
  return await all((offset) => peon.ask("checkpoint/diff", { threadId, checkpointId, offset }));
}

async function all(page: (offset: number) => Promise<DiffResult>): Promise<FileChange[]> {
  const files: FileChange[] = [];
  let offset: number | null = 0;
  while (offset !== null) {
    const answer: DiffResult = await page(offset);
    files.push(...answer.files);
    offset = answer.nextOffset;
  }
  return files;
}
