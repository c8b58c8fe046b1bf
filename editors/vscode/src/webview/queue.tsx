// What waits for its turn: it can be changed, moved, told at once, or taken out.

import { useState } from "preact/hooks";

import type { QueuedMessageView, ThreadView } from "../protocol_gen";
import { textsOf } from "../state/titles";
import { ask } from "./host";
import { Button, Icon, Trouble, useAttempt } from "./parts";

export function Queue({ thread, methods }: { thread: ThreadView; methods: ReadonlySet<string> }) {
  const { trouble, busy, attempt } = useAttempt();
  if (!methods.has("turn/queue") || (thread.queue?.length ?? 0) === 0) {
    return null;
  }
  const act = (work: () => Promise<unknown>) => void attempt(work);
  return (
    <section aria-label="Waits its turn">
      {thread.queueHeld && (
        <p class="faint held">
          <span>The queue is held, because the last turn did not end well.</span>
          <Button disabled={busy} onPress={() => act(() => ask("message/send", {}))}>
            Go on
          </Button>
        </p>
      )}
      <ol class="queue">
        {thread.queue.map((message, place) => (
          <Message
            key={message.messageId}
            message={message}
            before={thread.queue[place - 1]}
            isIdle={thread.status === "idle"}
            act={act}
          />
        ))}
      </ol>
      <Trouble words={trouble} />
    </section>
  );
}

function Message(props: {
  message: QueuedMessageView;
  before: QueuedMessageView | undefined;
  isIdle: boolean;
  act(work: () => Promise<unknown>): void;
}) {
  const { message, before, act } = props;
  const [editing, setEditing] = useState(false);
  const { messageId } = message;
  const words = textsOf(message.prompt).join(" ");
  const isText = typeof message.prompt === "string";
  if (editing) {
    return (
      <li>
        <input
          class="field"
          aria-label="What waits, to be changed"
          defaultValue={words}
          autoFocus
          onKeyDown={(event) => {
            const prompt = event.currentTarget.value.trim();
            if (event.key === "Enter" && prompt !== "") {
              setEditing(false);
              act(() => ask("message/edit", { messageId, prompt }));
            } else if (event.key === "Escape") {
              setEditing(false);
            }
          }}
        />
      </li>
    );
  }
  return (
    <li>
      <Icon name={message.steer ? "arrow-circle-up" : "comment"} />
      <span class="words" title={words}>
        {words}
      </span>
      {message.steer && <span class="faint">being told</span>}
      {isText && !message.steer && (
        <Button look="quiet" label={`Change “${words}”`} onPress={() => setEditing(true)}>
          <Icon name="edit" />
        </Button>
      )}
      {before !== undefined && (
        <Button
          look="quiet"
          label={`Move “${words}” up`}
          onPress={() => act(() => ask("message/move", { messageId, before: before.messageId }))}
        >
          <Icon name="arrow-up" />
        </Button>
      )}
      {props.isIdle && (
        <Button
          look="quiet"
          label={`Send “${words}” now`}
          onPress={() => act(() => ask("message/send", { messageId }))}
        >
          <Icon name="send" />
        </Button>
      )}
      <Button
        look="quiet"
        label={`Take “${words}” out`}
        onPress={() => act(() => ask("message/remove", { messageId }))}
      >
        <Icon name="trash" />
      </Button>
    </li>
  );
}
