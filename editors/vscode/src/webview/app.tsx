// The chat: what was said, one row below the other, and the composer at the end.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import type { Attachment, Scene, ToWebview } from "../chat/bridge";
import type { ThreadView } from "../protocol_gen";
import { Composer } from "./composer";
import { keep, listen, recall, run, showEarlier } from "./host";
import { Button, Icon, Root } from "./parts";
import { RowView } from "./row";
import { rowsOf } from "./rows";
import { hear, NOTHING } from "./scene";
import { useVirtualizer } from "./virtual";

export function App() {
  const [scene, setScene] = useState<Scene | null>(null);
  const [attached, setAttached] = useState<Attachment[]>([]);
  const [wanted, setWanted] = useState<string | null>(null);
  useHost(setScene, setAttached, setWanted);
  const methods = useMemo(() => new Set(scene?.methods ?? []), [scene?.methods]);
  if (scene === null) {
    return null;
  }
  const { thread } = scene;
  return (
    <main>
      <Root.Provider value={scene.project?.root ?? ""}>
        {thread === null ? (
          <Welcome scene={scene} />
        ) : (
          <Feed
            thread={thread}
            methods={methods}
            revision={scene.revision}
            wanted={wanted}
            onShown={() => setWanted(null)}
          />
        )}
        <Announcer thread={thread} />
        <Composer
          key={thread?.threadId ?? "new"}
          scene={scene}
          methods={methods}
          attached={attached}
          setAttached={setAttached}
        />
      </Root.Provider>
    </main>
  );
}

/** What comes is gathered until the next frame: a burst of fragments is drawn once. */
function useHost(
  setScene: (change: (scene: Scene | null) => Scene) => void,
  setAttached: (change: (attached: Attachment[]) => Attachment[]) => void,
  setWanted: (actionId: string) => void,
) {
  useEffect(() => {
    let heard: ToWebview[] = [];
    const draw = () => {
      const messages = heard;
      heard = [];
      setScene((scene) => messages.reduce(hear, scene ?? NOTHING));
    };
    listen((message) => {
      switch (message.type) {
        case "attach":
          setAttached((attached) => [...attached, ...message.attachments]);
          break;
        case "draft":
          // It comes before the first scene, so before there is anything that is typed in.
          recall(message.text);
          break;
        case "focus":
          document.querySelector<HTMLElement>("#prompt")?.focus();
          break;
        case "reveal":
          setWanted(message.actionId);
          break;
        default:
          if (message.type === "scene") {
            keep({ threadId: message.scene.thread?.threadId ?? null });
          }
          heard.push(message);
          if (heard.length === 1) {
            requestAnimationFrame(draw);
          }
      }
    });
  }, [setScene, setAttached, setWanted]);
}

/** Whether the card of an action is drawn; then it has the focus. */
function reveal(actionId: string): boolean {
  const card = document.querySelector(`[data-action="${CSS.escape(actionId)}"]`);
  card?.scrollIntoView({ block: "nearest" });
  card?.querySelector<HTMLElement>("input, textarea, select, button")?.focus();
  return card !== null;
}

function Welcome({ scene }: { scene: Scene }) {
  return (
    <div class="welcome">
      <Icon name="comment" />
      <h2>{scene.folder === null ? "Peon" : `Work on ${scene.folder}`}</h2>
      <p>
        {scene.connected
          ? "Say below what should be done. Nothing changes without your leave, and every turn can be undone."
          : (scene.trouble ?? "Peon's server is starting…")}
      </p>
    </div>
  );
}

const NEAR_THE_TOP = 200;
const ESTIMATES = { earlier: 40, prompt: 56, item: 40, action: 120, end: 48 };

function Feed(props: {
  thread: ThreadView;
  methods: ReadonlySet<string>;
  revision: number;
  /** An action whose card is to be seen, as soon as it is there. */
  wanted: string | null;
  onShown(): void;
}) {
  const { thread, methods, wanted } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => rowsOf(thread), [thread]);
  const virtualizer = useVirtualizer({
    count: rows.length,
    scroller,
    keyOf: (place) => rows[place]?.key ?? String(place),
    estimate: (place) => ESTIMATES[rows[place]?.kind ?? "item"],
  });
  useEffect(() => virtualizer.scrollToEnd(), [virtualizer]);
  const atEnd = virtualizer.isAtEnd(48);
  const place = rows.findIndex((row) => "action" in row && row.action?.actionId === wanted);
  useEffect(() => {
    if (wanted === null || place < 0) {
      return undefined;
    }
    virtualizer.scrollToIndex(place);
    // The row is drawn when it has been scrolled to.
    const frame = requestAnimationFrame(() => reveal(wanted) && props.onShown());
    return () => cancelAnimationFrame(frame);
  });
  const wasAtEnd = useRef(true);
  useEffect(() => {
    wasAtEnd.current = atEnd;
  });
  useEffect(() => {
    // Another view that opens or closes gives the chat less room or more.
    const watching = new ResizeObserver(() => wasAtEnd.current && virtualizer.scrollToEnd());
    if (scroller.current !== null) {
      watching.observe(scroller.current);
    }
    return () => watching.disconnect();
  }, [virtualizer]);
  return (
    <div class="feed-frame">
      <Head thread={thread} />
      <section
        class="scroller"
        ref={scroller}
        tabIndex={0}
        aria-label="Conversation"
        onScroll={({ currentTarget: { scrollTop } }) => {
          if (scrollTop < NEAR_THE_TOP && rows[0]?.kind === "earlier") {
            void showEarlier();
          }
        }}
      >
        <div
          role="feed"
          aria-label={thread.title}
          aria-busy={thread.status === "running"}
          style={{ height: `${virtualizer.getTotalSize()}px`, position: "relative" }}
        >
          {virtualizer.getVirtualItems().map((place) => {
            const row = rows[place.index];
            return row === undefined ? null : (
              <article
                key={place.key}
                data-index={place.index}
                ref={(element) => virtualizer.measureElement(element)}
                class={`row ${row.kind}`}
                aria-posinset={place.index + 1}
                aria-setsize={rows.length}
                style={{ transform: `translateY(${place.start}px)` }}
              >
                <RowView
                  row={row}
                  threadId={thread.threadId}
                  methods={methods}
                  revision={row.kind === "end" ? props.revision : 0}
                />
              </article>
            );
          })}
        </div>
      </section>
      {!atEnd && (
        <div class="to-end">
          <Button label="Go to the end" onPress={() => virtualizer.scrollToEnd()}>
            <Icon name="arrow-down" />
          </Button>
        </div>
      )}
    </div>
  );
}

function Head({ thread }: { thread: ThreadView }) {
  return (
    <header class="head">
      <h1 title={thread.title}>{thread.title}</h1>
      {thread.worktree !== null && <Where thread={thread} />}
      <Button look="quiet" label="New thread" onPress={() => run("peon.newThread")}>
        <Icon name="add" />
      </Button>
      <Button
        look="quiet"
        label="Open in an editor tab"
        onPress={() => run("peon.openInEditor", thread.threadId)}
      >
        <Icon name="link-external" />
      </Button>
    </header>
  );
}

/** The worktree in which the thread works. */
function Where({ thread }: { thread: ThreadView }) {
  const { worktree } = thread;
  const words = worktree?.removed ? "worktree removed" : (worktree?.branch ?? "a worktree");
  return (
    <span class="chip" title={thread.folder}>
      <Icon name="git-branch" /> {words}
    </span>
  );
}

/** Says to a screen reader what happens, in a few words and not letter by letter. */
function Announcer({ thread }: { thread: ThreadView | null }) {
  const action = thread?.pendingActions[0];
  const turn = thread?.turns.at(-1);
  let words = "";
  if (action !== undefined) {
    words = `Needs you: ${action.title}`;
  } else if (turn !== undefined) {
    words = turn.status === "running" ? "The agent is working" : `Turn ${turn.status}`;
  }
  return (
    <div class="unseen" role="status" aria-live="polite">
      {words}
    </div>
  );
}
