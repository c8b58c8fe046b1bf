// Who let a tool call pass, or did not: asked for when somebody looks.

import { useEffect, useState } from "preact/hooks";

import { call, run } from "./host";

export interface Decided {
  readonly words: string;
  readonly byRule: boolean;
}

export function DecidedBy({ itemId }: { itemId: string }) {
  const [decided, setDecided] = useState<Decided | null>(null);
  useEffect(() => {
    let isCurrent = true;
    call((id) => ({ type: "decided", id, itemId })).then(
      (found) => isCurrent && setDecided(found as Decided | null),
      // It says something more about what is there; where it cannot, nothing is missing.
      () => {},
    );
    return () => {
      isCurrent = false;
    };
  }, [itemId]);
  if (decided === null) {
    return null;
  }
  return (
    <p class="faint">
      {decided.words}.{" "}
      {decided.byRule && (
        <button type="button" class="link" onClick={() => run("peon.showRules")}>
          Show the rules
        </button>
      )}
    </p>
  );
}
