// What waits for its turn. A placeholder until the server has a queue: nothing is shown without one.

import type { ThreadView } from "../protocol_gen";

export function Queue(_: { thread: ThreadView; methods: ReadonlySet<string> }) {
  return null;
}
