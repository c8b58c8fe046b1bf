// A question of an agent's, as a form in the place of an approval. What is secret is never kept: it
// stands in its field alone, from where it is sent.

import { useId, useRef, useState } from "preact/hooks";

import type { PendingActionView, QuestionField } from "../protocol_gen";
import {
  answersOf,
  type Entries,
  type Entry,
  hintOf,
  type Problems,
  problemsIn,
  startOf,
} from "../state/questions";
import { ask, Refused } from "./host";
import { Button, Icon, Trouble, Field as Words } from "./parts";

/** What stands in forms that are out of sight, so that scrolling away loses nothing. */
const kept = new Map<string, Entries>();

export function Question({ action }: { action: PendingActionView }) {
  const { actionId, fields, title } = action;
  const form = useRef<HTMLFormElement>(null);
  const [entries, setEntries] = useState(() => kept.get(actionId) ?? startOf(fields));
  const [problems, setProblems] = useState<Problems>({});
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [declining, setDeclining] = useState(false);

  const enter = (name: string, entry: Entry) => {
    const changed = { ...entries, [name]: entry };
    kept.set(actionId, changed);
    setEntries(changed);
    setProblems(Object.fromEntries(Object.entries(problems).filter(([field]) => field !== name)));
  };
  const attempt = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setTrouble(null);
    try {
      await work();
      kept.delete(actionId);
    } catch (error) {
      const found = error instanceof Refused ? problemsIn(error.details) : {};
      setProblems(found);
      setTrouble(error instanceof Error ? error.message : String(error));
      focusFirst(form.current, fields, found);
    } finally {
      setBusy(false);
    }
  };
  const send = () => {
    const filled = answersOf(fields, { ...entries, ...secretsIn(form.current, fields) });
    setProblems(filled.problems);
    if (Object.keys(filled.problems).length > 0) {
      focusFirst(form.current, fields, filled.problems);
      return;
    }
    void attempt(() => ask("action/approve", { actionId, answers: filled.answers }));
  };
  const decline = (reason: string) =>
    void attempt(() => ask("action/reject", { actionId, reason: reason || null }));
  return (
    <section class="approval" aria-label={`Needs you: ${title}`} data-action={actionId}>
      <p class="approval-title">
        <Icon name="question" />
        <span>
          The agent asks: <strong>{title}</strong>
        </span>
      </p>
      <form
        ref={form}
        class="question"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        {fields.map((field) => (
          <FieldView
            key={field.name}
            field={field}
            entry={entries[field.name] ?? ""}
            problem={problems[field.name] ?? null}
            enter={(entry) => enter(field.name, entry)}
          />
        ))}
        <div class="buttons">
          <Button look="primary" disabled={busy} onPress={send}>
            Answer
          </Button>
          <Button disabled={busy} onPress={() => (declining ? decline("") : setDeclining(true))}>
            Decline{declining ? "" : "…"}
          </Button>
        </div>
        {/* Enter in a field sends the form where there is a button that does. */}
        <input type="submit" class="unseen" tabIndex={-1} aria-hidden="true" />
      </form>
      {declining && (
        <Words
          label="Why not, for the agent"
          placeholder="Why not? (optional, Enter to decline)"
          onDone={decline}
          onLeave={() => setDeclining(false)}
        />
      )}
      <Trouble words={trouble} />
    </section>
  );
}

function secretsIn(form: HTMLFormElement | null, fields: readonly QuestionField[]): Entries {
  const secret = fields.filter((field) => field.secret);
  return Object.fromEntries(secret.map(({ name }) => [name, inputOf(form, name)?.value ?? ""]));
}

function inputOf(form: HTMLFormElement | null, name: string): HTMLInputElement | null {
  return form?.querySelector<HTMLInputElement>(`[data-field="${CSS.escape(name)}"]`) ?? null;
}

function focusFirst(
  form: HTMLFormElement | null,
  fields: readonly QuestionField[],
  problems: Problems,
): void {
  const first = fields.find(({ name }) => name in problems);
  if (first !== undefined) {
    inputOf(form, first.name)?.focus();
  }
}

interface FieldProps {
  readonly field: QuestionField;
  readonly entry: Entry;
  readonly problem: string | null;
  enter(entry: Entry): void;
}

function FieldView(props: FieldProps) {
  const { field, problem } = props;
  const id = useId();
  const hint = hintOf(field);
  const isGroup = field.kind === "choices" || field.kind === "choice";
  const about = [
    ...(field.description || hint ? [`${id}-about`] : []),
    ...(problem === null ? [] : [`${id}-problem`]),
  ].join(" ");
  const described = {
    ...(about === "" ? {} : { "aria-describedby": about }),
    ...(problem === null ? {} : { "aria-invalid": true as const }),
    ...(field.required ? { "aria-required": true as const } : {}),
  };
  const label = (
    <>
      {field.label}
      {field.required && <span class="faint"> (required)</span>}
    </>
  );
  const notes = (
    <>
      {(field.description || hint) && (
        <p class="faint" id={`${id}-about`}>
          {[field.description, hint].filter(Boolean).join(" — ")}
        </p>
      )}
      {problem !== null && (
        <p class="problem" id={`${id}-problem`} role="alert">
          <Icon name="error" /> {problem}
        </p>
      )}
    </>
  );
  if (isGroup) {
    // Of several choices no one is required; that some are, the label says.
    const { "aria-required": _, ...ofSeveral } = described;
    const group =
      field.kind === "choice" ? { ...described, role: "radiogroup" as const } : ofSeveral;
    return (
      <fieldset class="question-field" {...group}>
        <legend>{label}</legend>
        <Options {...props} />
        {notes}
      </fieldset>
    );
  }
  if (field.kind === "boolean") {
    return (
      <div class="question-field">
        <label class="choice">
          <input
            type="checkbox"
            data-field={field.name}
            checked={props.entry === true}
            {...described}
            onChange={(event) => props.enter(event.currentTarget.checked)}
          />
          <span>{label}</span>
        </label>
        {notes}
      </div>
    );
  }
  return (
    <div class="question-field">
      <label for={id}>{label}</label>
      <Line {...props} id={id} described={described} />
      {notes}
    </div>
  );
}

/** A line of text, a number, or a secret: that one is not controlled, so it is nowhere else. */
function Line(props: FieldProps & { id: string; described: Record<string, unknown> }) {
  const { field, id, described } = props;
  const common = { id, class: "field", "data-field": field.name, ...described };
  if (field.secret) {
    return <input {...common} type="password" autoComplete="off" />;
  }
  const value = String(props.entry);
  if (field.kind !== "text") {
    return (
      <input
        {...common}
        inputMode={field.kind === "integer" ? "numeric" : "decimal"}
        value={value}
        onInput={(event) => props.enter(event.currentTarget.value)}
      />
    );
  }
  return (
    <textarea
      {...common}
      rows={Math.min(8, value.split("\n").length)}
      value={value}
      onInput={(event) => props.enter(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
          event.preventDefault();
          event.currentTarget.form?.requestSubmit();
        }
      }}
    />
  );
}

function Options({ field, entry, enter }: FieldProps) {
  const chosen = Array.isArray(entry) ? (entry as readonly string[]) : [];
  const many = field.kind === "choices";
  const choices = field.choices ?? [];
  const none = !many && !field.required ? [{ value: "", label: "None" }] : [];
  const name = useId();
  return (
    <>
      {[...choices, ...none].map((choice, place) => (
        <label class="choice" key={choice.value}>
          <input
            type={many ? "checkbox" : "radio"}
            name={name}
            {...(place === 0 ? { "data-field": field.name } : {})}
            checked={many ? chosen.includes(choice.value) : entry === choice.value}
            onChange={(event) =>
              enter(
                !many
                  ? choice.value
                  : event.currentTarget.checked
                    ? [...chosen, choice.value]
                    : chosen.filter((each) => each !== choice.value),
              )
            }
          />
          <span>
            {choice.label}
            {"description" in choice && choice.description && (
              <span class="faint"> — {choice.description}</span>
            )}
          </span>
        </label>
      ))}
    </>
  );
}
