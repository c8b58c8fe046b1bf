// How a request ends that is not answered with a result.
// Invariant: knows no editor.

import type { ErrorKind } from "../protocol_gen";

/** The server said no. `kind` is from its closed vocabulary, `remedy` says what to do. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly kind: ErrorKind | "unknown",
    readonly remedy: string | null,
    readonly details: Record<string, unknown>,
  ) {
    super(message);
    this.name = "Refusal";
  }

  /** The sentence for a user: the obstacle, then the remedy. */
  get sentence(): string {
    return this.remedy === null ? this.message : `${this.message} ${this.remedy}`;
  }
}

/** The connection ended with the request still open. */
export class Disconnected extends Error {
  constructor() {
    super("Peon's server is not there.");
    this.name = "Disconnected";
  }
}
