// Branches in words.
// Invariant: knows no editor.

import type { Branch } from "../protocol_gen";

/** How a branch stands to where it is pushed, and where else it is checked out. */
export function branchWords({ upstream, ahead, behind, current, worktree }: Branch): string {
  const distance = [
    ...(ahead > 0 ? [`${ahead} ahead`] : []),
    ...(behind > 0 ? [`${behind} behind`] : []),
  ].join(", ");
  return [
    ...(current ? ["checked out"] : []),
    ...(upstream === null ? [] : [distance === "" ? upstream : `${upstream}, ${distance}`]),
    ...(worktree === null || current ? [] : [`in ${worktree}`]),
  ].join(" · ");
}
