// What the thread has used, under the composer: context, tokens and cost, with the budget.

import type { ThreadView } from "../protocol_gen";
import { type Meter, metersOf } from "../state/usageWords";
import { run } from "./host";

const NEARLY = 0.8;

export function Meters({ thread }: { thread: ThreadView }) {
  const meters = metersOf(thread);
  if (meters.length === 0) {
    return null;
  }
  return (
    <section class="meters" aria-label="What this thread has used">
      {meters.map((meter) =>
        meter.name === "context" ? (
          <span key={meter.name} title={meter.details}>
            <Bar meter={meter} /> {meter.words}
          </span>
        ) : (
          <button
            key={meter.name}
            type="button"
            class="link plain"
            title={`${meter.details}. Choose a budget…`}
            onClick={() => run("peon.setBudget", thread.threadId)}
          >
            <Bar meter={meter} /> {meter.words}
          </button>
        ),
      )}
    </section>
  );
}

/** How much of what there is has been used; the words beside it say the same. */
function Bar({ meter }: { meter: Meter }) {
  const { share } = meter;
  if (share === null) {
    return null;
  }
  const look = share >= 1 ? "spent" : share >= NEARLY ? "nearly" : "";
  return (
    <svg class={`bar ${look}`} viewBox="0 0 32 6" aria-hidden="true">
      <rect class="whole" width="32" height="6" rx="3" />
      <rect class="part" width={Math.max(1, 32 * share)} height="6" rx="3" />
    </svg>
  );
}
