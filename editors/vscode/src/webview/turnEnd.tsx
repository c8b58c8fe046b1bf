// How a turn ended, what it used, and what it changed.

import { useEffect, useState } from "preact/hooks";

import type { TurnView } from "../protocol_gen";
import { isCut } from "../state/histories";
import { NEEDS_LOGIN } from "../state/logins";
import { tokensOf } from "../state/usageWords";
import { run } from "./host";
import { Button, Icon } from "./parts";
import { Review } from "./review";

export function TurnEnd(props: {
  turn: TurnView;
  threadId: string;
  methods: ReadonlySet<string>;
  revision: number;
}) {
  const { turn, threadId, methods } = props;
  if (turn.status === "running") {
    return (
      <p class="turn-end running" role="status">
        <Icon name="loading" spin />
        {turn.interruptRequested ? "Stopping…" : "Working"}
        <Elapsed since={turn.startedAt} />
      </p>
    );
  }
  const changed = isCut(turn) || (turn.items ?? []).some((item) => item.kind === "toolCall");
  return (
    <div class="turn-end">
      {turn.status === "failed" && (
        <p class="trouble">
          <Icon name="error" /> {turn.error?.message ?? "The turn failed."}
          {turn.error?.code === NEEDS_LOGIN && methods.has("provider/authenticate") && (
            <Button look="secondary" onPress={() => run("peon.logIn", threadId)}>
              Log in…
            </Button>
          )}
        </p>
      )}
      {changed && (
        <Review turn={turn} methods={methods} threadId={threadId} revision={props.revision} />
      )}
      <p class="faint turn-line">
        <span>{endWords(turn)}</span>
        <Usage turn={turn} />
        {methods.has("checkpoint/restore") && changed && (
          <Button
            look="quiet"
            label={`Undo turn ${turn.number}`}
            onPress={() => run("peon.undoTurn", threadId, turn.turnId)}
          >
            <Icon name="discard" /> Undo
          </Button>
        )}
      </p>
    </div>
  );
}

function endWords(turn: TurnView): string {
  const undone = turn.undone ? ", undone" : "";
  switch (turn.status) {
    case "completed":
      return `Turn ${turn.number} done in ${durationOf(turn)}${undone}`;
    case "interrupted":
      return `Turn ${turn.number} was stopped after ${durationOf(turn)}${undone}`;
    default:
      return `Turn ${turn.number} failed${undone}`;
  }
}

function durationOf(turn: TurnView): string {
  return words(Date.parse(turn.endedAt ?? turn.startedAt) - Date.parse(turn.startedAt));
}

function words(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Counts the seconds while somebody looks. */
function Elapsed({ since }: { since: string }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span class="elapsed" aria-hidden="true">
      {words(now - Date.parse(since))}
    </span>
  );
}

function Usage({ turn }: { turn: TurnView }) {
  const { usage } = turn;
  const input = usage?.inputTokens ?? 0;
  const output = usage?.outputTokens ?? 0;
  if (usage === null || input + output === 0) {
    return null;
  }
  const cached = usage.cacheReadTokens ? `, ${tokensOf(usage.cacheReadTokens)} from cache` : "";
  return (
    <span class="usage" title={`${input} tokens in${cached}, ${output} tokens out`}>
      <Icon name="arrow-up" />
      {tokensOf(input)} <Icon name="arrow-down" />
      {tokensOf(output)}
      {usage.model ? ` · ${usage.model}` : ""}
    </span>
  );
}
