// Who settled what agents asked for, gathered from the events of threads.
// Invariant: knows no editor.

import type {
  ActionId,
  Decider,
  Decision,
  ItemId,
  StoredEvent,
  ThreadId,
  TurnId,
} from "../protocol_gen";

/** What became of one action, and by what. */
export interface Settled {
  readonly threadId: ThreadId;
  readonly turnId: TurnId;
  readonly itemId: ItemId;
  readonly actionId: ActionId;
  readonly title: string;
  readonly decision: Decision;
  readonly by: Decider;
  readonly at: string;
}

/** What has been read of a thread's events so far. */
export interface Read {
  readonly after: number;
  readonly open: ReadonlyMap<ActionId, { readonly title: string; readonly itemId: ItemId }>;
  readonly settled: readonly Settled[];
}

export const NOTHING_READ: Read = { after: 0, open: new Map(), settled: [] };

export function withEvents(read: Read, events: readonly StoredEvent[]): Read {
  const open = new Map(read.open);
  const settled = [...read.settled];
  let { after } = read;
  for (const event of events) {
    if (event.sequence <= after) {
      continue;
    }
    after = event.sequence;
    if (event.type === "action.requested") {
      const { actionId, title, itemId } = event.payload;
      open.set(actionId, { title, itemId });
    } else if (event.type === "action.resolved") {
      const { threadId, turnId, actionId, decision, by } = event.payload;
      const asked = open.get(actionId);
      if (asked !== undefined) {
        open.delete(actionId);
        settled.push({ threadId, turnId, actionId, ...asked, decision, by, at: event.occurredAt });
      }
    }
  }
  return { after, open, settled };
}

/** The rules that settled it: each command of a line may have been allowed by another. */
export function rulesOf(by: Decider): string[] {
  return by.kind === "rule" ? by.name.split(",") : [];
}

const WAYS: Record<Decision, string> = {
  approved: "Allowed",
  rejected: "Refused",
  withdrawn: "Withdrawn",
};

/** “Allowed by the mode full”. `ruleName` says what a rule is about, while it is there. */
export function decisionWords(
  { decision, by }: Pick<Settled, "decision" | "by">,
  ruleName: (ruleId: string) => string | undefined,
): string {
  const way = WAYS[decision];
  switch (by.kind) {
    case "user":
      return `${way} by ${by.name || "a user"}`;
    case "rule": {
      const names = rulesOf(by).map((each) => ruleName(each) ?? "one that was removed since");
      return `${way} by the ${names.length === 1 ? "rule" : "rules"}: ${names.join("; ")}`;
    }
    case "session":
      return `${way} because the same was allowed for the session`;
    case "mode":
      return `${way} by the mode ${by.name}`;
    case "agent":
      return `${way} by the agent`;
    case "turnEnd":
      return `${way} when the turn ended`;
  }
}
