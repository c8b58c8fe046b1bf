// The card with which an agent asks: what it wants, the diff, and the answers.

import { useState } from "preact/hooks";

import type { PendingActionView, Scope } from "../protocol_gen";
import { pageOf } from "../state/questions";
import { alwaysWords, askedWords } from "../state/rules";
import { ask, run } from "./host";
import { Button, Field, Icon, Trouble, useAttempt } from "./parts";
import { Question } from "./question";

interface Props {
  readonly action: PendingActionView;
  readonly threadId: string;
  readonly hasEdits: boolean;
}

export function Approval(props: Props) {
  // A server of before asks no questions with fields.
  const asks = (props.action.fields?.length ?? 0) > 0;
  return asks ? <Question action={props.action} /> : <Leave {...props} />;
}

/** Something that the agent wants to do. */
function Leave(props: Props) {
  const { action, threadId } = props;
  const [refusing, setRefusing] = useState(false);
  const { trouble, busy, attempt } = useAttempt();
  const { actionId } = action;
  // A server of before does not say how far an approval may reach.
  const scopes = action.scopes ?? [];
  const approve = (scope: Scope) => void attempt(() => ask("action/approve", { actionId, scope }));
  const reject = (reason: string) =>
    void attempt(() => ask("action/reject", { actionId, reason: reason || null }));
  return (
    <section class="approval" aria-label={`Needs you: ${action.title}`} data-action={actionId}>
      <p class="approval-title">
        <Icon name="shield" />
        <Wish action={action} />
      </p>
      {action.command && <pre class="output command">{action.command}</pre>}
      <div class="buttons">
        <Button look="primary" disabled={busy} onPress={() => approve("once")}>
          {yesOf(action)}
        </Button>
        {scopes.includes("session") && (
          <Button disabled={busy} onPress={() => approve("session")}>
            This session
          </Button>
        )}
        {scopes.includes("always") && (
          <Button disabled={busy} title={alwaysWords(action)} onPress={() => approve("always")}>
            Always
          </Button>
        )}
        <Button disabled={busy} onPress={() => (refusing ? reject("") : setRefusing(true))}>
          Reject{refusing ? "" : "…"}
        </Button>
        {props.hasEdits && (
          <Button look="quiet" onPress={() => run("peon.showActionDiff", threadId, actionId)}>
            <Icon name="diff" /> Diff
          </Button>
        )}
      </div>
      {action.askedBy && <p class="faint">{askedWords(action.askedBy)}.</p>}
      {scopes.includes("always") && <p class="faint">{alwaysWords(action)}.</p>}
      {refusing && (
        <Field
          label="Why not, for the agent"
          placeholder="Why not? (optional, Enter to reject)"
          onDone={reject}
          onLeave={() => setRefusing(false)}
        />
      )}
      <Trouble words={trouble} />
    </section>
  );
}

/** What agrees to a question is worded by whoever asks. */
function yesOf({ kind, options }: PendingActionView): string {
  const agreed =
    kind === "question" ? options.find((each) => each.kind === "allowOnce") : undefined;
  return agreed?.label ?? "Allow once";
}

function Wish({ action }: { action: PendingActionView }) {
  const page = pageOf(action);
  if (page !== null) {
    return (
      <span>
        The agent asks: <strong>{page.words}</strong> <a href={page.address}>{page.address}</a>
      </span>
    );
  }
  const wish =
    action.kind === "question" ? "The agent asks" : `The agent wants to ${verbOf(action)}`;
  return (
    <span>
      {wish}: <strong>{action.title}</strong>
    </span>
  );
}

const VERBS: Partial<Record<PendingActionView["kind"], string>> = {
  read: "read",
  edit: "edit",
  delete: "delete",
  move: "move",
  search: "search",
  execute: "run a command",
  fetch: "fetch",
  switchMode: "switch its mode",
};

function verbOf(action: PendingActionView): string {
  return VERBS[action.kind] ?? "do this";
}
