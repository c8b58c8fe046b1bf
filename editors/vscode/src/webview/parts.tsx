// Small parts that the chat is made of.

import { type ComponentChildren, createContext } from "preact";
import { useState } from "preact/hooks";

import type { ItemStatus } from "../protocol_gen";
import { ICONS, type IconName } from "./icons";

/** The folder of the project that is shown. */
export const Root = createContext("");

export function Icon({ name, spin = false }: { name: IconName; spin?: boolean }) {
  const drawing = { __html: ICONS[name] };
  return (
    <span
      class={spin ? "icon spin" : "icon"}
      aria-hidden="true"
      dangerouslySetInnerHTML={drawing}
    />
  );
}

export function Button(props: {
  onPress: () => void;
  children: ComponentChildren;
  look?: "primary" | "secondary" | "quiet";
  label?: string;
  title?: string;
  disabled?: boolean;
  pressed?: boolean;
}) {
  const { look = "secondary", label, title = label, pressed } = props;
  return (
    <button
      type="button"
      class={`button ${look}`}
      onClick={props.onPress}
      disabled={props.disabled ?? false}
      {...(label === undefined ? {} : { "aria-label": label })}
      {...(title === undefined ? {} : { title })}
      {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
    >
      {props.children}
    </button>
  );
}

/** A field of one line or several, in the place of what is pressed: Enter is done, Escape leaves. */
export function Field(props: {
  label: string;
  placeholder?: string;
  value?: string;
  onDone(words: string): void;
  onLeave(): void;
}) {
  const [value, setValue] = useState(props.value ?? "");
  return (
    <textarea
      class="field"
      rows={Math.min(8, value.split("\n").length)}
      aria-label={props.label}
      placeholder={props.placeholder ?? ""}
      value={value}
      autoFocus
      onInput={(event) => setValue(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
          event.preventDefault();
          props.onDone(value.trim());
        } else if (event.key === "Escape") {
          event.stopPropagation();
          props.onLeave();
        }
      }}
    />
  );
}

/** Something that is folded away under a line. */
export function Fold(props: {
  title: ComponentChildren;
  open?: boolean;
  children: () => ComponentChildren;
}) {
  const [chosen, choose] = useState<boolean | undefined>(undefined);
  const open = chosen ?? props.open ?? false;
  return (
    <div class="fold">
      <button type="button" class="fold-head" aria-expanded={open} onClick={() => choose(!open)}>
        <Icon name={open ? "chevron-down" : "chevron-right"} />
        {props.title}
      </button>
      {open && <div class="fold-body">{props.children()}</div>}
    </div>
  );
}

const STATUSES: Record<ItemStatus, { icon: IconName; words: string; spin?: boolean }> = {
  streaming: { icon: "loading", words: "preparing", spin: true },
  awaitingApproval: { icon: "question", words: "needs you" },
  running: { icon: "loading", words: "running", spin: true },
  completed: { icon: "check", words: "done" },
  failed: { icon: "error", words: "failed" },
  cancelled: { icon: "circle-slash", words: "cancelled" },
};

export function StatusMark({ status }: { status: ItemStatus }) {
  const { icon, words, spin } = STATUSES[status];
  return (
    <span class={`status ${status}`}>
      <Icon name={icon} spin={spin ?? false} />
      <span class="status-words">{words}</span>
    </span>
  );
}

/** Runs something that may be refused, and shows why it was. */
export function useAttempt(): {
  trouble: string | null;
  busy: boolean;
  attempt(work: () => Promise<unknown>): Promise<boolean>;
} {
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const attempt = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setTrouble(null);
    try {
      await work();
      return true;
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { trouble, busy, attempt };
}

export function Trouble({ words }: { words: string | null }) {
  return words === null ? null : (
    <p class="trouble" role="alert">
      <Icon name="warning" /> {words}
    </p>
  );
}
