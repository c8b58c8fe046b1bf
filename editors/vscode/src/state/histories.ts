// The end of a long history: all that is looked at in most of them. What was before is read, and
// drawn, when somebody scrolls back to it.

import type { ThreadReading, ThreadView, TurnView } from "../protocol_gen";

/** So many items are read and drawn at first: more than anybody sees at once. */
export const PAGE_OF_ITEMS = 200;

/** A turn of whose items only the last are there. */
interface CutTurn extends TurnView {
  readonly itemsBefore?: number;
}

export function isCut(turn: CutTurn | undefined): boolean {
  return turn?.itemsBefore !== undefined;
}

/** Whether a thread has turns or checkpoints that a list left out. An older server leaves out none. */
export function isShort({ turns, turnCount, checkpoints, checkpointCount }: ThreadView): boolean {
  return turnCount > turns.length || checkpointCount > checkpoints.length;
}

/** A thread as it was read, with what was left out said where it was. */
export function asRead({ thread, itemsBefore }: ThreadReading): ThreadView {
  const [first, ...rest] = thread.turns;
  return first === undefined || !itemsBefore
    ? thread
    : { ...thread, turns: [cut(first, itemsBefore), ...rest] };
}

/** The thread with so many items, the last; whole where it has no more. */
export function endOf(thread: ThreadView, items: number): ThreadView {
  let left = items;
  const turns = thread.turns.toReversed().map((turn) => {
    const known = turn.items?.length ?? 0;
    const fits = Math.max(0, left);
    left -= known;
    if (known <= fits) {
      return turn;
    }
    const before = (turn as CutTurn).itemsBefore ?? 0;
    const rest = { ...turn, items: turn.items?.slice(known - fits) ?? null };
    return fits === 0 ? { ...turn, items: null } : cut(rest, before + known - fits);
  });
  return left >= 0 ? thread : { ...thread, turns: turns.reverse() };
}

function cut(turn: TurnView, itemsBefore: number): CutTurn {
  return { ...turn, itemsBefore };
}
