// What turns used, added up as the server adds it.

import type { Cost, Usage } from "../protocol_gen";

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
