// Where one writes: the prompt, what goes with it, and to whom it goes.

import { useEffect, useRef, useState } from "preact/hooks";

import type { Attachment, Beginning, Completion, Scene } from "../chat/bridge";
import type { ContentBlock, ThreadView } from "../protocol_gen";
import { type Choosing, withChoice } from "../state/options";
import { Choices } from "./choices";
import { ask, call, keep, kept, run } from "./host";
import { Meters } from "./meters";
import { Button, Icon, Trouble, useAttempt } from "./parts";
import { Queue } from "./queue";

interface Props {
  readonly scene: Scene;
  readonly methods: ReadonlySet<string>;
  readonly attached: readonly Attachment[];
  setAttached(change: (attached: Attachment[]) => Attachment[]): void;
}

export function Composer({ scene, methods, attached, setAttached }: Props) {
  const { thread } = scene;
  const [draft, setDraft] = useState(() => kept().draft);
  const [provider, chooseProvider] = useState<string | null>(null);
  const [chosen, setChosen] = useState<Choosing>({});
  const [once, setOnce] = useState<Choosing | null>(null);
  const { trouble, busy, attempt } = useAttempt();
  const field = useRef<HTMLTextAreaElement>(null);
  const completion = useCompletion(field, draft, setDraft, (attachment) =>
    setAttached((before) => [...before, attachment]),
  );
  useEffect(() => keep({ draft }), [draft]);
  useEffect(() => grow(field.current), [draft]);

  const busyThread = thread !== null && thread.status !== "idle";
  const canQueue = methods.has("turn/queue");
  const canSend = scene.connected && !busy && draft.trim() !== "" && (!busyThread || canQueue);
  const choose = (choice: Choosing) => {
    if (thread === null) {
      setChosen(withChoice(chosen, choice));
    } else if (once !== null) {
      setOnce(withChoice(once, choice));
    } else {
      void attempt(() => ask("thread/configure", choice));
    }
  };
  const send = async (running?: "turn/queue" | "turn/steer") => {
    if (!canSend) {
      return;
    }
    const prompt = promptOf(draft, attached);
    const when = busyThread ? (running ?? "turn/queue") : "turn/start";
    // At once, for a first prompt makes a thread, and with it another composer.
    setDraft("");
    keep({ draft: "" });
    setAttached(() => []);
    const added = thread === null ? { ...chosen, provider } : (once ?? {});
    if (!(await attempt(() => deliver(thread, prompt, added, when)))) {
      setDraft(draft);
      setAttached(() => [...attached]);
    } else if (when !== "turn/steer") {
      setOnce(null);
    }
  };
  return (
    <form class="composer" onSubmit={(event) => event.preventDefault()}>
      {thread !== null && <Queue thread={thread} methods={methods} />}
      <Trouble words={trouble ?? scene.trouble} />
      {attached.length > 0 && <Attached attached={attached} setAttached={setAttached} />}
      <div class="prompt-box">
        <textarea
          id="prompt"
          ref={field}
          rows={1}
          value={draft}
          aria-label="Prompt"
          aria-autocomplete="list"
          {...(completion.items.length > 0 ? { "aria-controls": "completions" } : {})}
          placeholder={placeholderOf(scene, busyThread, canQueue)}
          onInput={(event) => setDraft(event.currentTarget.value)}
          onPaste={(event) => void pasted(event, setAttached)}
          onDrop={(event) => void dropped(event, setAttached)}
          onKeyDown={(event) => {
            if (completion.onKey(event)) {
              return;
            }
            if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
              event.preventDefault();
              void send();
            } else if (event.key === "Escape" && busyThread) {
              void attempt(() => ask("turn/interrupt", {}));
            }
          }}
        />
        {completion.items.length > 0 && <Completions {...completion} />}
        <div class="tools">
          <Button look="quiet" label="Add context" onPress={() => run("peon.attachContext")}>
            <Icon name="attach" />
          </Button>
          <Choices
            scene={scene}
            provider={provider}
            chosen={chosen}
            once={once}
            chooseProvider={(each) => {
              chooseProvider(each);
              // What one agent offers means nothing to another.
              setChosen(chosen.mode === undefined ? {} : { mode: chosen.mode });
            }}
            choose={choose}
            setOnce={setOnce}
          />
          {thread === null && methods.has("worktree/list") && (
            <Button
              look="quiet"
              label="Begin in a worktree"
              onPress={() => run("peon.newThreadInWorktree", { ...chosen, provider })}
            >
              <Icon name="git-branch" />
            </Button>
          )}
          <span class="sending">
            {busyThread && (
              <Button
                look="secondary"
                label="Stop the turn"
                onPress={() => void attempt(() => ask("turn/interrupt", {}))}
              >
                <Icon name="debug-stop" />
              </Button>
            )}
            {busyThread && methods.has("turn/steer") && (
              <Button
                look="secondary"
                label="Tell the agent now, while it works"
                disabled={!canSend}
                onPress={() => void send("turn/steer")}
              >
                <Icon name="arrow-circle-up" />
              </Button>
            )}
            <Button
              look="primary"
              label={busyThread ? "Queue this for when the turn is over" : "Send"}
              disabled={!canSend}
              onPress={() => void send()}
            >
              <Icon name="send" />
            </Button>
          </span>
        </div>
      </div>
      {thread !== null && <Meters thread={thread} />}
    </form>
  );
}

function placeholderOf(scene: Scene, running: boolean, canQueue: boolean): string {
  if (!scene.connected) {
    return "Waiting for Peon's server…";
  }
  if (running) {
    return canQueue
      ? "Say what comes next; it waits its turn"
      : "The agent is working; Esc stops it";
  }
  return scene.thread === null
    ? "What should be done? @ adds a file"
    : "Ask for more; @ adds a file";
}

async function deliver(
  thread: ThreadView | null,
  prompt: Beginning["prompt"],
  added: Choosing & { provider?: string | null },
  method: "turn/start" | "turn/queue" | "turn/steer",
): Promise<void> {
  if (thread === null) {
    await call((id) => ({ type: "begin", id, beginning: { prompt, ...added } }));
  } else if (method === "turn/steer") {
    await ask(method, { prompt });
  } else {
    await ask(method, { prompt, ...added });
  }
}

function promptOf(draft: string, attached: readonly Attachment[]): string | ContentBlock[] {
  if (attached.length === 0) {
    return draft.trim();
  }
  return [{ type: "text", text: draft.trim() }, ...attached.map((each) => each.block)];
}

function grow(field: HTMLTextAreaElement | null): void {
  if (field !== null) {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 240)}px`;
  }
}

function Attached(props: Pick<Props, "attached" | "setAttached">) {
  return (
    <ul class="attached" aria-label="Goes with the prompt">
      {props.attached.map((each, place) => (
        <li class="chip" key={place}>
          <Icon name={each.icon} /> {each.label}
          <Button
            look="quiet"
            label={`Leave out ${each.label}`}
            onPress={() => props.setAttached((all) => all.filter((other) => other !== each))}
          >
            <Icon name="close" />
          </Button>
        </li>
      ))}
    </ul>
  );
}

// --- images -------------------------------------------------------------------------------------

const LARGEST_IMAGE_BYTES = 5 * 1024 * 1024;

async function pasted(event: ClipboardEvent, set: Props["setAttached"]): Promise<void> {
  await images(event, event.clipboardData, set);
}

async function dropped(event: DragEvent, set: Props["setAttached"]): Promise<void> {
  await images(event, event.dataTransfer, set);
}

async function images(
  event: Event,
  transfer: DataTransfer | null,
  set: Props["setAttached"],
): Promise<void> {
  const files = [...(transfer?.files ?? [])].filter(
    (file) => file.type.startsWith("image/") && file.size <= LARGEST_IMAGE_BYTES,
  );
  if (files.length > 0) {
    event.preventDefault();
    const read = await Promise.all(files.map(imageOf));
    set((attached) => [...attached, ...read]);
  }
}

function imageOf(file: File): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error);
    reader.onload = () => {
      const data = String(reader.result).split(",", 2)[1] ?? "";
      const block: ContentBlock = { type: "image", mimeType: file.type, data };
      resolve({ label: file.name || "image", icon: "file-media", block });
    };
    reader.readAsDataURL(file);
  });
}

// --- @files -------------------------------------------------------------------------------------

interface Completing {
  readonly items: readonly Completion[];
  readonly selected: number;
  take(place: number): void;
  onKey(event: KeyboardEvent): boolean;
}

function useCompletion(
  field: { readonly current: HTMLTextAreaElement | null },
  draft: string,
  setDraft: (draft: string) => void,
  add: (attachment: Attachment) => void,
): Completing {
  const [items, setItems] = useState<readonly Completion[]>([]);
  const [selected, select] = useState(0);
  const wanted = wordAt(draft, field.current?.selectionStart ?? draft.length);
  useEffect(() => {
    let isCurrent = true;
    if (wanted === undefined) {
      setItems([]);
    } else {
      call((id) => ({ type: "complete", id, text: wanted.slice(1) })).then(
        (found) => {
          if (isCurrent) {
            setItems(found as Completion[]);
            select(0);
          }
        },
        () => isCurrent && setItems([]),
      );
    }
    return () => {
      isCurrent = false;
    };
  }, [wanted]);
  const take = (place: number) => {
    const item = items[place];
    if (item !== undefined && wanted !== undefined) {
      const end = field.current?.selectionStart ?? draft.length;
      setDraft(`${draft.slice(0, end - wanted.length)}@${item.path} ${draft.slice(end)}`);
      add(item.attachment);
      setItems([]);
      field.current?.focus();
    }
  };
  const onKey = (event: KeyboardEvent) => {
    const keys: Record<string, () => void> = {
      ArrowDown: () => select((selected + 1) % items.length),
      ArrowUp: () => select((selected + items.length - 1) % items.length),
      Enter: () => take(selected),
      Tab: () => take(selected),
      Escape: () => setItems([]),
    };
    const act = items.length > 0 ? keys[event.key] : undefined;
    if (act === undefined) {
      return false;
    }
    event.preventDefault();
    act();
    return true;
  };
  return { items, selected, take, onKey };
}

/** The word with an @ that ends where the cursor is. */
export function wordAt(text: string, cursor: number): string | undefined {
  return /(?:^|\s)(@[^\s@]*)$/.exec(text.slice(0, cursor))?.[1];
}

function Completions({ items, selected, take }: Completing) {
  return (
    <div class="completions" id="completions" role="listbox" aria-label="Files">
      {items.map((item, place) => (
        <div
          key={item.path}
          role="option"
          tabIndex={-1}
          aria-selected={place === selected}
          class={place === selected ? "selected" : ""}
          onMouseDown={(event) => {
            event.preventDefault();
            take(place);
          }}
        >
          <Icon name={item.attachment.icon} /> {item.path}
        </div>
      ))}
    </div>
  );
}
