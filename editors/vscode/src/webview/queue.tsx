// What waits for its turn: it can be changed, moved, told at once, or taken out.

import { useState } from "preact/hooks";

import type { QueuedMessageView, ThreadView } from "../protocol_gen";
import { textsOf, withText } from "../state/titles";
import { ask } from "./host";
import { Button, Field, Icon, Trouble, useAttempt } from "./parts";

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
            after={thread.queue[place + 1]}
            behind={thread.queue[place + 2]}
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
  after: QueuedMessageView | undefined;
  behind: QueuedMessageView | undefined;
  isIdle: boolean;
  act(work: () => Promise<unknown>): void;
}) {
  const { message, before, after, behind, act } = props;
  const [editing, setEditing] = useState(false);
  const { messageId } = message;
  const words = textsOf(message.prompt).join(" ");
  if (editing) {
    return (
      <li>
        <Field
          label="What waits, to be changed"
          value={textsOf(message.prompt).join("\n")}
          onDone={(text) => {
            if (text !== "") {
              setEditing(false);
              act(() => ask("message/edit", { messageId, prompt: withText(message.prompt, text) }));
            }
          }}
          onLeave={() => setEditing(false)}
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
      {!message.steer && (
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
      {after !== undefined && (
        <Button
          look="quiet"
          label={`Move “${words}” down`}
          onPress={() =>
            act(() => ask("message/move", { messageId, before: behind?.messageId ?? null }))
          }
        >
          <Icon name="arrow-down" />
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
