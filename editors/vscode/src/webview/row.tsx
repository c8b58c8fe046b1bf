// One row of the chat.

import { Component } from "preact";

import type {
  ContentBlock,
  ItemView,
  PlanEntry,
  PlanStatus,
  Prompt,
  TurnView,
} from "../protocol_gen";
import { Approval } from "./approval";
import { showEarlier } from "./host";
import type { IconName } from "./icons";
import { Markdown } from "./markdown";
import { Button, Fold, Icon } from "./parts";
import type { Row } from "./rows";
import { Tool } from "./tool";
import { TurnEnd } from "./turnEnd";

export interface RowProps {
  readonly row: Row;
  readonly threadId: string;
  readonly methods: ReadonlySet<string>;
  readonly revision: number;
}

/** Drawn again only where something in it is new: rows are many, and fragments come often. */
export class RowView extends Component<RowProps> {
  override shouldComponentUpdate(after: RowProps): boolean {
    return !isSame(this.props, after);
  }

  render() {
    return <Inner {...this.props} />;
  }
}

function isSame(before: RowProps, after: RowProps): boolean {
  const one = before.row;
  const other = after.row;
  return (
    one.kind === other.kind &&
    one.key === other.key &&
    before.revision === after.revision &&
    before.methods === after.methods &&
    (!("item" in one) || !("item" in other) || one.item === other.item) &&
    (!("action" in one) || !("action" in other) || one.action === other.action) &&
    ("item" in one || !("turn" in one) || !("turn" in other) || one.turn === other.turn)
  );
}

function Inner({ row, threadId, methods, revision }: RowProps) {
  switch (row.kind) {
    case "earlier":
      return (
        <div class="centred">
          <Button look="quiet" onPress={showEarlier}>
            Show what came before
          </Button>
        </div>
      );
    case "prompt":
      return <PromptView turn={row.turn} />;
    case "action":
      return <Approval action={row.action} threadId={threadId} hasEdits={false} />;
    case "item":
      return (
        <>
          <Item item={row.item} threadId={threadId} />
          {row.action !== undefined && (
            <Approval
              action={row.action}
              threadId={threadId}
              hasEdits={row.item.edits.length > 0}
            />
          )}
        </>
      );
    case "end":
      return <TurnEnd turn={row.turn} threadId={threadId} methods={methods} revision={revision} />;
  }
}

function PromptView({ turn }: { turn: TurnView }) {
  return (
    <div class={`prompt${turn.undone ? " undone" : ""}`}>
      <span class="unseen">You asked: </span>
      <PromptText prompt={turn.prompt} />
    </div>
  );
}

export function PromptText({ prompt }: { prompt: Prompt }) {
  if (typeof prompt === "string") {
    return <p>{prompt}</p>;
  }
  return (
    <>
      {prompt.map((block, place) => (
        <Block key={place} block={block} />
      ))}
    </>
  );
}

function Block({ block }: { block: ContentBlock }) {
  switch (block.type) {
    case "text":
      return <p>{block.text}</p>;
    case "image":
      return <img alt="Attached" src={`data:${block.mimeType};base64,${block.data}`} />;
    case "resource_link":
      return <Chip icon="file" label={block.title ?? block.name} />;
    case "resource":
      return <Chip icon="list-selection" label={nameOf(block.resource.uri)} />;
    case "audio":
      return <Chip icon="file-media" label={block.mimeType} />;
  }
}

function nameOf(uri: string): string {
  return decodeURIComponent(uri.split("/").at(-1) ?? uri);
}

export function Chip({ icon, label }: { icon: IconName; label: string }) {
  return (
    <span class="chip">
      <Icon name={icon} /> {label}
    </span>
  );
}

function Item({ item, threadId }: { item: ItemView; threadId: string }) {
  switch (item.kind) {
    case "message":
      return <Markdown source={item.text} />;
    case "reasoning":
      return (
        <Fold
          open={item.status === "streaming"}
          title={
            <>
              <Icon name="lightbulb" />
              <span class="unseen">Reasoning: </span>
              <span class="tool-title">{firstLine(item.text) || "Thinking"}</span>
            </>
          }
        >
          {() => <Markdown source={item.text} />}
        </Fold>
      );
    case "toolCall":
      return <Tool item={item} threadId={threadId} />;
    case "plan":
      return <Plan entries={item.entries} />;
    default:
      // What a later server records, such as words of the user's that reached the agent.
      return (
        <div class="prompt">
          <p>{(item as ItemView).text}</p>
        </div>
      );
  }
}

function firstLine(text: string): string {
  return (
    text
      .trimStart()
      .split("\n", 1)[0]
      ?.replace(/[*_`#]/g, "") ?? ""
  );
}

const PLAN_ICONS: Record<PlanStatus, IconName> = {
  pending: "circle-large",
  inProgress: "play-circle",
  completed: "pass-filled",
};
const PLAN_WORDS = { pending: "to do", inProgress: "in progress", completed: "done" };

function Plan({ entries }: { entries: readonly PlanEntry[] }) {
  return (
    <section class="plan" aria-label="Plan">
      <p class="plan-title">
        <Icon name="checklist" /> Plan
      </p>
      <ul>
        {entries.map((entry) => {
          const status = entry.status ?? "pending";
          return (
            <li key={entry.content} class={status}>
              <Icon name={PLAN_ICONS[status]} />
              <span class="unseen">{PLAN_WORDS[status]}: </span>
              <span>{entry.content}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
