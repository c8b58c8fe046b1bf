// What turns used, added up as the server adds it.

import type { Cost, ThreadView, Usage } from "../protocol_gen";

export const NOTHING_USED: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  model: null,
  contextUsed: null,
  contextSize: null,
  cost: null,
};

/** Both together. The context is as the later left it, and so is the model. */
export function plus(soFar: Usage, turn: Usage): Usage {
  return {
    inputTokens: (soFar.inputTokens ?? 0) + (turn.inputTokens ?? 0),
    outputTokens: (soFar.outputTokens ?? 0) + (turn.outputTokens ?? 0),
    cacheReadTokens: (soFar.cacheReadTokens ?? 0) + (turn.cacheReadTokens ?? 0),
    model: turn.model || soFar.model || null,
    contextUsed: turn.contextUsed ?? soFar.contextUsed ?? null,
    contextSize: turn.contextSize ?? soFar.contextSize ?? null,
    cost: costs(soFar.cost ?? null, turn.cost ?? null),
  };
}

/** Of another currency than before only the newer sum is known to mean anything. */
function costs(soFar: Cost | null, turn: Cost | null): Cost | null {
  if (soFar === null || turn === null) {
    return turn ?? soFar;
  }
  if (soFar.currency !== turn.currency) {
    return turn;
  }
  return { amount: soFar.amount + turn.amount, currency: turn.currency };
}

/** Whether the turns of a thread have used what they may. */
export function isSpent({ budget, usage }: Pick<ThreadView, "budget" | "usage">): boolean {
  // An older server, or a thread of one, says nothing of either.
  if (budget == null || usage == null) {
    return false;
  }
  const tokens = (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
  if (budget.maxTokens != null && tokens >= budget.maxTokens) {
    return true;
  }
  const { cost } = usage;
  if (budget.maxCost == null || cost == null) {
    return false;
  }
  const counts = budget.currency == null || budget.currency === cost.currency;
  return counts && cost.amount >= budget.maxCost;
}
