// The rows that can be seen, of a list of any length, for Preact. The end stays in sight while more
// is added, unless one has scrolled away from it; what is added before moves nothing.

import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from "@tanstack/virtual-core";
import type { RefObject } from "preact";
import { useLayoutEffect, useReducer, useState } from "preact/hooks";

export interface Listing {
  readonly count: number;
  readonly scroller: RefObject<HTMLElement | null>;
  keyOf(place: number): string;
  estimate(place: number): number;
}

export type Rows = Virtualizer<HTMLElement, HTMLElement>;

export function useVirtualizer(listing: Listing): Rows {
  const [, draw] = useReducer<number, void>((times) => times + 1, 0);
  const options = {
    count: listing.count,
    getScrollElement: () => listing.scroller.current,
    estimateSize: listing.estimate,
    getItemKey: listing.keyOf,
    overscan: 6,
    anchorTo: "end" as const,
    followOnAppend: true,
    scrollEndThreshold: 48,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => draw(),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  return virtualizer;
}
