// The fold of one item: what an event or a fragment says of it.

import type {
  ItemKind,
  ItemPatch,
  ItemRecorded,
  ItemStatus,
  ItemView,
  TurnView,
} from "../protocol_gen";
import { isCut } from "./histories";
import { type Fragment, isGap, keepLength, withFragment } from "./text";

/**
 * An item that only fragments have told of so far. Its place is behind those that events tell of,
 * and it is settled by its first event: fragments overtake the events of other items.
 */
interface LiveItem extends ItemView {
  readonly live?: true;
}

/** The turn with an event of one of its items folded in; nothing where its items are not known. */
export function withItemEvent(turn: TurnView, event: ItemRecorded): TurnView {
  if (turn.items === null) {
    return turn;
  }
  const place = turn.items.findLastIndex((item) => item.itemId === event.itemId);
  if (place < 0 && isCut(turn) && !begins(event)) {
    return turn;
  }
  const before: LiveItem = turn.items[place] ?? emptyItem(event.itemId, event.kind, event.status);
  const after = withEvent(before, event);
  if (place >= 0 && before.live === undefined) {
    return { ...turn, items: turn.items.with(place, after) };
  }
  return { ...turn, items: settled(turn.items, after) };
}

/** Whether an event may be the first of its item. */
function begins({ kind, append, patch }: ItemRecorded): boolean {
  return append === null
    ? patch !== null && (kind !== "toolCall" || patch.title !== null)
    : append.offset === 0;
}

/** The items with `item` behind the last that an event told of. */
function settled(items: readonly LiveItem[], item: ItemView): ItemView[] {
  const others = items.filter((each) => each.itemId !== item.itemId);
  const recorded = others.findLastIndex((each) => each.live === undefined) + 1;
  return others.toSpliced(recorded, 0, item);
}

/** The turn with a live fragment added; the same turn where it tells nothing new. */
export function withItemDelta(
  turn: TurnView,
  itemId: string,
  kind: ItemKind,
  fragment: Fragment,
): TurnView {
  if (turn.items === null) {
    return turn;
  }
  const place = turn.items.findLastIndex((item) => item.itemId === itemId);
  const before: LiveItem = turn.items[place] ?? {
    ...emptyItem(itemId, kind, "streaming"),
    live: true,
  };
  if (isGap(before, fragment)) {
    return turn;
  }
  const after = withFragment(before, fragment);
  if (place < 0) {
    return { ...turn, items: [...turn.items, after] };
  }
  return after === before ? turn : { ...turn, items: turn.items.with(place, after) };
}

function withEvent(item: LiveItem, event: ItemRecorded): ItemView {
  const { live: _, ...known } = item;
  let after: ItemView = keepLength(item, {
    ...known,
    status: event.status,
    ...(event.patch === null ? {} : given(event.patch)),
  });
  if (event.append !== null) {
    after = withFragment(after, event.append);
  }
  return after;
}

/** The members of a patch that say something: null means as it was. */
function given(patch: ItemPatch): Partial<ItemView> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== null));
}

export function emptyItem(itemId: string, kind: ItemKind, status: ItemStatus): ItemView {
  return {
    itemId,
    kind,
    status,
    text: "",
    title: null,
    toolKind: null,
    summary: null,
    input: null,
    content: [],
    edits: [],
    locations: [],
    entries: [],
  };
}
