// What a thread has used, what its agent's context holds, and what it may use still, in words.
// Invariant: knows no editor.

import type { Budget, Cost, ThreadView, Usage } from "../protocol_gen";

/** Made when something is counted: the first one takes longer than all else at the start. */
let compact: Intl.NumberFormat | undefined;

export function tokensOf(count: number): string {
  compact ??= new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
  return compact.format(count);
}

export function moneyOf({ amount, currency }: Cost): string {
  // Less than a cent is told by two digits that say something.
  const digits = amount !== 0 && Math.abs(amount) < 0.1 ? 4 : 2;
  try {
    const options = { style: "currency", currency, maximumFractionDigits: digits } as const;
    return new Intl.NumberFormat("en", options).format(amount);
  } catch {
    // An agent may call its currency what it likes.
    return `${amount.toFixed(digits)} ${currency}`;
  }
}

export interface Meter {
  readonly name: "context" | "cost" | "tokens";
  readonly words: string;
  readonly details: string;
  /** How much of what there is has been used, from 0 to 1; null where there is no bound. */
  readonly share: number | null;
}

/** What is known of a thread's use, each with its bound where there is one. */
export function metersOf(thread: Pick<ThreadView, "usage" | "budget">): Meter[] {
  const { usage, budget } = thread;
  return [...contextOf(usage), ...tokens(usage, budget), ...cost(usage, budget)];
}

function contextOf({ contextUsed, contextSize }: Usage): Meter[] {
  if (contextUsed == null || contextSize == null || contextSize <= 0) {
    return [];
  }
  const share = Math.min(1, contextUsed / contextSize);
  return [
    {
      name: "context",
      words: `${Math.round(share * 100)} % context`,
      details: `The agent's context holds ${tokensOf(contextUsed)} of ${tokensOf(contextSize)} tokens`,
      share,
    },
  ];
}

function tokens(usage: Usage, budget: Budget | null): Meter[] {
  const input = usage.inputTokens ?? 0;
  const output = usage.outputTokens ?? 0;
  const used = input + output;
  const most = budget?.maxTokens ?? null;
  if (used === 0 && most === null) {
    return [];
  }
  const cached = usage.cacheReadTokens ? `, ${tokensOf(usage.cacheReadTokens)} from cache` : "";
  return [
    {
      name: "tokens",
      words: `${tokensOf(used)}${most === null ? "" : ` of ${tokensOf(most)}`} tokens`,
      details: `All turns: ${input} tokens in${cached}, ${output} out${most === null ? "" : `; the budget is ${most}`}`,
      share: shareOf(used, most),
    },
  ];
}

function cost(usage: Usage, budget: Budget | null): Meter[] {
  const known = usage.cost ?? null;
  const most = budget?.maxCost ?? null;
  const currency = budget?.currency ?? known?.currency ?? "USD";
  if (known === null && most === null) {
    return [];
  }
  const spent = known ?? { amount: 0, currency };
  const bound = most === null ? null : moneyOf({ amount: most, currency });
  return [
    {
      name: "cost",
      words: bound === null ? moneyOf(spent) : `${moneyOf(spent)} of ${bound}`,
      details: `What the agent reckons it cost${bound === null ? "" : `; the budget is ${bound}`}`,
      share: spent.currency === currency ? shareOf(spent.amount, most) : null,
    },
  ];
}

function shareOf(used: number, most: number | null): number | null {
  if (most === null) {
    return null;
  }
  return most <= 0 ? 1 : Math.min(1, used / most);
}

/** A budget as it is written: `200k`, `2.50 USD`, or both with a comma; empty is none. */
export function budgetOf(text: string): Budget | string {
  const parts = text
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);
  const budget: { maxTokens?: number; maxCost?: number; currency?: string } = {};
  for (const part of parts) {
    const money = /^(\d+(?:\.\d+)?)\s*([A-Za-z]{3})$/.exec(part);
    const count = /^(\d+(?:\.\d+)?)\s*([kKmM]?)(?:\s*tokens)?$/.exec(part);
    if (money !== null) {
      budget.maxCost = Number(money[1]);
      budget.currency = String(money[2]).toUpperCase();
    } else if (count !== null) {
      const times = { k: 1_000, m: 1_000_000 }[String(count[2]).toLowerCase()] ?? 1;
      budget.maxTokens = Math.round(Number(count[1]) * times);
    } else {
      return `“${part}” is no budget: write tokens as 200k or 1.5M, money as 2.50 USD.`;
    }
  }
  return budget;
}

export function budgetText(budget: Budget | null): string {
  const { maxTokens, maxCost, currency } = budget ?? {};
  return [
    ...(maxTokens == null ? [] : [String(maxTokens)]),
    ...(maxCost == null ? [] : [`${maxCost} ${currency ?? "USD"}`]),
  ].join(", ");
}
