// The form of a question: what stands in its fields, and the answers that are made of it. What is
// secret is in no form: it is read from its field when the form is sent.
// Invariant: knows no editor.

import type { AnswerProblem, JsonValue, PendingActionView, QuestionField } from "../protocol_gen";

/** What stands in a field: text, a mark, or what was chosen. */
export type Entry = string | boolean | readonly string[];
export type Entries = Readonly<Record<string, Entry>>;
/** Why a field cannot be taken as it is, by its name. */
export type Problems = Readonly<Record<string, string>>;

/** A question that is answered on a page of the web: its words, and the whole address. */
export interface Page {
  readonly words: string;
  readonly address: string;
}

/** The page that a question is about: its address ends the title, whole, or it is none. */
export function pageOf({ kind, title }: PendingActionView): Page | null {
  const found = kind === "question" ? /^(.*?):?\s+(https?:\/\/[!-~]+)$/s.exec(title) : null;
  const [, words = "", address = ""] = found ?? [];
  const isOther = /[[\]<>"`]|^https?:\/\/[^/?#]*@/.test(address);
  return found === null || isOther ? null : { words, address };
}

/** What stands in the fields at first: their defaults. */
export function startOf(fields: readonly QuestionField[]): Entries {
  return Object.fromEntries(
    fields.filter((field) => !field.secret).map((field) => [field.name, entryOf(field)]),
  );
}

function entryOf({ kind, default: value }: QuestionField): Entry {
  switch (kind) {
    case "boolean":
      return value === true;
    case "choices":
      return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
    default:
      return typeof value === "string" || typeof value === "number" ? String(value) : "";
  }
}

export interface Filled {
  readonly answers: Record<string, JsonValue>;
  readonly problems: Problems;
}

/** The answers, and what is wrong with them as far as it can be seen here; the server sees all. */
export function answersOf(fields: readonly QuestionField[], entries: Entries): Filled {
  const answers: Record<string, JsonValue> = {};
  const problems: Record<string, string> = {};
  for (const field of fields) {
    const answer = answerTo(field, entries[field.name] ?? "");
    const problem = answer === undefined ? null : problemOf(field, answer);
    if (problem !== null) {
      problems[field.name] = problem;
    } else if (answer !== undefined) {
      answers[field.name] = answer;
    }
  }
  return { answers, problems };
}

/**
 * What is answered; null takes back a default, undefined says nothing. A number that is none stays
 * text, which `problemOf` tells of.
 */
function answerTo(field: QuestionField, entry: Entry): JsonValue | undefined {
  if (typeof entry === "boolean") {
    return entry;
  }
  if (typeof entry !== "string") {
    return entry.length > 0 || field.required ? [...entry] : cleared(field);
  }
  const text = field.kind === "text" ? entry : entry.trim();
  if (text === "") {
    return field.required ? "" : cleared(field);
  }
  const isNumber = field.kind === "number" || field.kind === "integer";
  return isNumber && Number.isFinite(Number(text)) ? Number(text) : text;
}

function cleared({ default: value }: QuestionField): null | undefined {
  return value === undefined || value === null ? undefined : null;
}

function problemOf(field: QuestionField, answer: JsonValue): string | null {
  const { kind, required } = field;
  const isNothing = answer === "" || (Array.isArray(answer) && answer.length === 0);
  if (required && isNothing) {
    return kind === "choice" || kind === "choices" ? "Choose something." : "Fill this in.";
  }
  if ((kind === "number" || kind === "integer") && typeof answer === "string") {
    return "This is no number.";
  }
  if (kind === "integer" && typeof answer === "number" && !Number.isInteger(answer)) {
    return "This must be a whole number.";
  }
  return boundsProblem(field, answer);
}

function boundsProblem(field: QuestionField, answer: JsonValue): string | null {
  const { minimum, maximum } = field;
  const [size, unit] = sizeOf(answer);
  if (size === null) {
    return null;
  }
  if (minimum != null && size < minimum) {
    return `At least ${minimum}${unit}.`;
  }
  return maximum != null && size > maximum ? `At most ${maximum}${unit}.` : null;
}

function sizeOf(answer: JsonValue): [number | null, string] {
  if (typeof answer === "number") {
    return [answer, ""];
  }
  if (typeof answer === "string") {
    return [Array.from(answer).length, " characters"];
  }
  return Array.isArray(answer) ? [answer.length, " choices"] : [null, ""];
}

/** What a server that refuses answers says, field by field. */
export function problemsIn(details: Record<string, unknown>): Problems {
  const problems = (details["problems"] ?? []) as AnswerProblem[];
  return Object.fromEntries(problems.map(({ field, reason }) => [field, sentence(reason)]));
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

/** What a field expects, in a few words; null where its label says it all. */
export function hintOf({ kind, minimum, maximum }: QuestionField): string | null {
  const what = kind === "integer" ? "a whole number" : kind === "number" ? "a number" : null;
  const unit = kind === "text" ? " characters" : kind === "choices" ? " choices" : "";
  const least = minimum == null || (kind === "text" && minimum <= 1) ? null : minimum;
  const bounds =
    least !== null && maximum != null
      ? `${least} to ${maximum}${unit}`
      : least !== null
        ? `at least ${least}${unit}`
        : maximum != null
          ? `at most ${maximum}${unit}`
          : null;
  return [what, bounds].filter((each) => each !== null).join(", ") || null;
}
