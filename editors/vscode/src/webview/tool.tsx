// A tool call: one line that says what and how it went, and under it diffs and output.

import { useContext, useState } from "preact/hooks";

import type { ItemContent, ItemView, StoredContent, ToolKind } from "../protocol_gen";
import { DecidedBy } from "./decided";
import { Counts, countsOf, Diff, linesOf } from "./diff";
import { ask, run } from "./host";
import type { IconName } from "./icons";
import { Markdown } from "./markdown";
import { Button, Fold, Icon, Root, StatusMark, Trouble, useAttempt } from "./parts";

const ICONS: Partial<Record<ToolKind, IconName>> = {
  read: "book",
  edit: "edit",
  delete: "trash",
  move: "arrow-right",
  search: "search",
  execute: "terminal",
  think: "lightbulb",
  fetch: "globe",
};

export function Tool({ item, threadId }: { item: ItemView; threadId: string }) {
  const title = item.title ?? "Tool call";
  const counts = item.edits.map(countsOf).filter((each) => each !== null);
  const isOpen = item.status === "awaitingApproval" || item.status === "failed";
  return (
    <Fold
      open={isOpen}
      title={
        <>
          <Icon name={ICONS[item.toolKind ?? "other"] ?? "tools"} />
          <span class="tool-title">{title}</span>
          {counts.length > 0 && (
            <Counts
              added={counts.reduce((sum, each) => sum + each.added, 0)}
              removed={counts.reduce((sum, each) => sum + each.removed, 0)}
            />
          )}
          <StatusMark status={item.status} />
        </>
      }
    >
      {() => <Inside item={item} threadId={threadId} />}
    </Fold>
  );
}

function Inside({ item, threadId }: { item: ItemView; threadId: string }) {
  const root = useContext(Root);
  const texts = item.content.filter((content) => content.type !== "stored" || content.size > 0);
  const isEmpty = texts.length === 0 && item.edits.length === 0 && item.locations.length === 0;
  return (
    <>
      {item.summary !== null && <p class="summary">{item.summary}</p>}
      {item.edits.map((edit, place) => (
        <div key={edit.path}>
          <div class="file-line">
            <button
              type="button"
              class="link"
              onClick={() => run("peon.showEdit", threadId, item.itemId, place)}
            >
              {shortened(edit.path, root)}
            </button>
          </div>
          <EditLines item={item} place={place} />
        </div>
      ))}
      {item.edits.length === 0 &&
        item.locations.map((location) => (
          <button
            type="button"
            class="link"
            key={`${location.path}:${location.line}`}
            onClick={() => run("peon.openFile", location.path, location.line ?? null)}
          >
            {shortened(location.path, root)}
            {location.line ? `:${location.line}` : ""}
          </button>
        ))}
      {texts.map((content, place) => (
        <Content key={place} content={content} title={item.title ?? "output"} />
      ))}
      {isEmpty && <p class="faint">Nothing to show yet.</p>}
      {ASKS.has(item.toolKind ?? "other") && item.status !== "awaitingApproval" && (
        <DecidedBy itemId={item.itemId} />
      )}
    </>
  );
}

/** What an agent may have asked leave for. */
const ASKS: ReadonlySet<ToolKind> = new Set([
  "edit",
  "delete",
  "move",
  "execute",
  "fetch",
  "switchMode",
  "other",
]);

function EditLines({ item, place }: { item: ItemView; place: number }) {
  const edit = item.edits[place];
  const lines = edit === undefined || edit.newStored ? null : linesOf(edit);
  return lines === null ? (
    <p class="faint">Too long to be shown here.</p>
  ) : (
    <Diff lines={lines} label={`Changes to ${edit?.path}`} />
  );
}

function Content({ content, title }: { content: ItemContent; title: string }) {
  switch (content.type) {
    case "text":
      return <Output text={content.text} />;
    case "image":
      return (
        <img alt="What the tool shows" src={`data:${content.mimeType};base64,${content.data}`} />
      );
    case "stored":
      return <Stored content={content} title={title} />;
    case "resource_link":
      return <p class="faint">{content.title ?? content.name}</p>;
    case "resource":
      return <Output text={content.resource.text ?? "(not text)"} />;
    case "audio":
      return <p class="faint">A sound ({content.mimeType})</p>;
  }
}

function Output({ text }: { text: string }) {
  if (text.trim() === "") {
    return null;
  }
  return text.startsWith("```") ? (
    <Markdown source={text} />
  ) : (
    <pre class="output" role="group" tabIndex={0} aria-label="Output">
      {text}
    </pre>
  );
}

const PAGE_BYTES = 64 * 1024;
/** So much of a long output is shown in the chat; all of it opens in an editor. */
const MOST_BYTES = 8 * PAGE_BYTES;

/** A value that is kept apart: its beginning, and more when asked for. */
function Stored({ content, title }: { content: StoredContent; title: string }) {
  const [text, setText] = useState(content.preview ?? "");
  const [next, setNext] = useState<number | null>(0);
  const { trouble, busy, attempt } = useAttempt();
  const more = () =>
    attempt(async () => {
      const offset = next ?? 0;
      const page = await ask("blob/read", { blobId: content.blobId, offset, limit: PAGE_BYTES });
      if (page.encoding === "text") {
        setText(offset === 0 ? page.data : text + page.data);
      }
      setNext(page.next !== null && page.next < MOST_BYTES ? page.next : null);
    });
  return (
    <>
      <Output text={text} />
      <div class="buttons">
        {next !== null && (
          <Button look="quiet" disabled={busy} onPress={() => void more()}>
            Show more
          </Button>
        )}
        <Button look="quiet" onPress={() => run("peon.showBlob", content.blobId, title)}>
          Open all {sizeOf(content.size)} in an editor
        </Button>
      </div>
      <Trouble words={trouble} />
    </>
  );
}

export function sizeOf(bytes: number): string {
  if (bytes < 1024 * 1024) {
    return `${Math.max(1, Math.round(bytes / 1024))} KB`;
  }
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** A path as people know it: from the folder of the project, where it is in there. */
function shortened(path: string, root: string): string {
  return path.startsWith(`${root}/`) || path.startsWith(`${root}\\`)
    ? path.slice(root.length + 1)
    : path;
}
