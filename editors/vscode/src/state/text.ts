// Text that grows by fragments whose places are counted in UTF-8 bytes.

import type { ItemView } from "../protocol_gen";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** How many bytes the text of an item has; kept, so that a fragment costs what it is long. */
const lengths = new WeakMap<ItemView, number>();

export function byteLength(text: string): number {
  return ENCODER.encode(text).length;
}

export function textBytes(item: ItemView): number {
  let length = lengths.get(item);
  if (length === undefined) {
    length = byteLength(item.text);
    lengths.set(item, length);
  }
  return length;
}

export interface Fragment {
  readonly offset: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The item with a fragment added: what it has of it already is left out. An item that ends before
 * the fragment begins stays as it is; `isGap` tells.
 */
export function withFragment(item: ItemView, fragment: Fragment): ItemView {
  const have = textBytes(item);
  if (fragment.end <= have || fragment.offset > have) {
    return item;
  }
  const text = item.text + suffix(fragment.text, have - fragment.offset);
  const grown = { ...item, text };
  lengths.set(grown, fragment.end);
  return grown;
}

/** Whether text is missing between what the item has and the fragment. */
export function isGap(item: ItemView | undefined, fragment: Fragment): boolean {
  return fragment.offset > (item === undefined ? 0 : textBytes(item));
}

/** A copy keeps its length: only the text decides. */
export function keepLength(from: ItemView, to: ItemView): ItemView {
  const length = lengths.get(from);
  if (length !== undefined && from.text === to.text) {
    lengths.set(to, length);
  }
  return to;
}

function suffix(text: string, skipped: number): string {
  return skipped === 0 ? text : DECODER.decode(ENCODER.encode(text).subarray(skipped));
}
