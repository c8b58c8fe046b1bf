// A thread as a list of rows, one below the other.

import type { ItemView, PendingActionView, ThreadView, TurnView } from "../protocol_gen";
import { isCut } from "../state/histories";

export type Row =
  | { readonly kind: "earlier"; readonly key: string }
  | { readonly kind: "prompt"; readonly key: string; readonly turn: TurnView }
  | {
      readonly kind: "item";
      readonly key: string;
      readonly turn: TurnView;
      readonly item: ItemView;
      readonly action: PendingActionView | undefined;
    }
  | {
      readonly kind: "action";
      readonly key: string;
      readonly turn: TurnView;
      readonly action: PendingActionView;
    }
  | { readonly kind: "end"; readonly key: string; readonly turn: TurnView };

export function rowsOf(thread: ThreadView): Row[] {
  const known = thread.turns.filter((turn) => turn.items !== null);
  const first = known[0];
  const rows: Row[] = [];
  const isEarlier = first === undefined ? thread.turns.length > 0 : first.number > 1;
  if (isCut(first) || isEarlier) {
    rows.push({ kind: "earlier", key: "earlier" });
  }
  const actions = new Map(thread.pendingActions.map((action) => [action.itemId, action]));
  for (const turn of known) {
    rows.push({ kind: "prompt", key: `${turn.turnId}:prompt`, turn });
    for (const item of turn.items ?? []) {
      const action = actions.get(item.itemId);
      actions.delete(item.itemId);
      rows.push({ kind: "item", key: `${turn.turnId}:${item.itemId}`, turn, item, action });
    }
    for (const action of actions.values()) {
      // What asks without being one of the items, as a question may.
      if (action.turnId === turn.turnId) {
        rows.push({ kind: "action", key: action.actionId, turn, action });
      }
    }
    rows.push({ kind: "end", key: `${turn.turnId}:end`, turn });
  }
  return rows;
}
