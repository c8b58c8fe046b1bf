// The one holder of the state; whoever shows something listens here.
// Invariant: knows no editor.

import type { ThreadId, ThreadView } from "./protocol_gen";
import type { Message, State } from "./state/state";
import { EMPTY } from "./state/state";

export type Listener = (state: State, before: State) => void;
export type MessageListener = (message: Message) => void;
export type Reader = (threadId: ThreadId) => void;

export class Store {
  private current = EMPTY;
  private readonly listeners = new Set<Listener>();
  private readonly hearers = new Set<MessageListener>();
  private readonly readers = new Set<Reader>();

  get state(): State {
    return this.current;
  }

  thread(threadId: ThreadId): ThreadView | undefined {
    return this.current.threads.get(threadId);
  }

  set(state: State): void {
    const before = this.current;
    if (state === before) {
      return;
    }
    this.current = state;
    for (const listener of this.listeners) {
      listener(state, before);
    }
  }

  /** Pass a message on to who folds it by itself. */
  pass(message: Message): void {
    for (const hearer of this.hearers) {
      hearer(message);
    }
  }

  /** A thread was read anew: who folds it by itself is to begin from here. */
  reread(threadId: ThreadId): void {
    for (const reader of this.readers) {
      reader(threadId);
    }
  }

  onReread(reader: Reader): { dispose(): void } {
    this.readers.add(reader);
    return { dispose: () => this.readers.delete(reader) };
  }

  onChange(listener: Listener): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  onMessage(hearer: MessageListener): { dispose(): void } {
    this.hearers.add(hearer);
    return { dispose: () => this.hearers.delete(hearer) };
  }
}
