// What can be chosen of a session, as the agent says it: a model, how much it thinks, and the rest.
// Invariant: knows no editor.

import type { Mode, OptionValue, SessionOption, ThreadView } from "../protocol_gen";
import type { State } from "./state";

export type OptionValues = Readonly<Record<string, OptionValue>>;

/** What is chosen for a new thread, changed in one, or meant for one turn only. */
export interface Choosing {
  readonly model?: string;
  readonly mode?: Mode;
  readonly options?: OptionValues;
}

/** The models that the agent names; undefined where it names none, and any word may be one. */
export function modelsOf(options: readonly SessionOption[]): SessionOption | undefined {
  return options.find(
    ({ category, choices, kind }) =>
      category === "model" && kind === "select" && (choices?.length ?? 0) > 0,
  );
}

/** What is set with `options`: models have a field of their own, and modes of the agent's are ours. */
export function settable(options: readonly SessionOption[]): SessionOption[] {
  return options
    .filter(({ category }) => category === "thoughtLevel" || category === "other")
    .sort((one, other) => rank(one) - rank(other));
}

function rank({ category }: SessionOption): number {
  return category === "thoughtLevel" ? 0 : 1;
}

/** What an option is set to now: what was chosen last counts, and then what the agent says. */
export function settingOf(option: SessionOption, ...chosen: OptionValues[]): OptionValue | null {
  for (const values of chosen) {
    const value = values[option.optionId];
    if (value !== undefined) {
      return value;
    }
  }
  const { value } = option;
  return typeof value === "string" || typeof value === "boolean" ? value : null;
}

/** What each kind of agent offered last, so that it can be chosen before there is a session. */
export function offersOf(state: State): Record<string, readonly SessionOption[]> {
  const newest = [...state.threads.values()]
    .filter((thread) => thread.options.length > 0)
    .sort((one, other) => one.updatedAt.localeCompare(other.updatedAt));
  return Object.fromEntries(newest.map(({ provider, options }) => [provider, options]));
}

/** Both together; the later choice counts. */
export function withChoice<T extends Choosing>(chosen: T, choice: Choosing): T {
  const options =
    choice.options === undefined
      ? chosen.options
      : { ...(chosen.options ?? {}), ...choice.options };
  return { ...chosen, ...choice, ...(options === undefined ? {} : { options }) };
}

/** What differs from the thread for the next turn only, in words. */
export function onceWords(once: Choosing, thread: Pick<ThreadView, "options">): string {
  const named = Object.entries(once.options ?? {}).map(([optionId, value]) => {
    const option = thread.options.find((each) => each.optionId === optionId);
    const choice = option?.choices?.find((each) => each.value === value);
    const shown = typeof value === "boolean" ? (value ? "on" : "off") : (choice?.name ?? value);
    return `${option?.name ?? optionId} ${shown}`;
  });
  return [
    ...(once.mode === undefined ? [] : [`mode ${once.mode}`]),
    ...(once.model === undefined ? [] : [`model ${once.model}`]),
    ...named,
  ].join(", ");
}
