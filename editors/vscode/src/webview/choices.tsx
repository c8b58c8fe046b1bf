// Provider, model, mode and what else the agent offers: of a new thread, of the one that is shown,
// or of its next turn only.

import { useState } from "preact/hooks";

import type { Scene } from "../chat/bridge";
import type { Mode, OptionValue, SessionOption } from "../protocol_gen";
import { type Choosing, modelsOf, onceWords, settable, settingOf } from "../state/options";
import { Button, Icon } from "./parts";

const MODES: Record<Mode, { name: string; means: string }> = {
  plan: { name: "Plan", means: "Nothing may change" },
  ask: { name: "Ask", means: "Everything that changes something asks" },
  edits: { name: "Edits", means: "Edits inside the folder pass; commands ask" },
  full: { name: "Full", means: "Nothing asks" },
};

export interface ChoosingProps {
  readonly scene: Scene;
  /** Of a thread that is not there yet. */
  readonly provider: string | null;
  readonly chosen: Choosing;
  /** What is meant for the next turn only; null where choices are the thread's. */
  readonly once: Choosing | null;
  chooseProvider(provider: string): void;
  choose(choice: Choosing): void;
  setOnce(once: Choosing | null): void;
}

export function Choices(props: ChoosingProps) {
  const { scene, once, choose } = props;
  const { thread } = scene;
  const [open, setOpen] = useState(false);
  const provider = thread?.provider ?? providerOf(props);
  const options = thread?.options ?? scene.offers[provider] ?? [];
  const others = settable(options);
  const thinking = others.find(({ category }) => category === "thoughtLevel");
  const rest = others.filter((option) => option !== thinking);
  const mode =
    once?.mode ?? thread?.mode ?? props.chosen.mode ?? scene.project?.defaults.mode ?? "ask";
  return (
    <>
      <Provider {...props} provider={provider} />
      <Select
        label="Mode"
        value={mode}
        title={MODES[mode].means}
        options={Object.entries(MODES).map(([value, { name }]) => ({ value, name }))}
        onChange={(value) => choose({ mode: value as Mode })}
      />
      <Model {...props} option={modelsOf(options)} />
      {thinking !== undefined && <Option {...props} option={thinking} />}
      {(rest.length > 0 || thread !== null) && (
        <Button
          look="quiet"
          label={open ? "Fewer options" : "More options"}
          pressed={open}
          onPress={() => setOpen(!open)}
        >
          <Icon name="settings" />
        </Button>
      )}
      {open && (
        <div class="options" role="group" aria-label="More options">
          {rest.map((option) => (
            <div class="option" key={option.optionId}>
              <span aria-hidden="true">{option.name}</span>
              <Option {...props} option={option} />
            </div>
          ))}
          {thread !== null && (
            <label class="choice">
              <input
                type="checkbox"
                checked={once !== null}
                onChange={(event) => props.setOnce(event.currentTarget.checked ? {} : null)}
              />
              <span>Choose for the next turn only</span>
            </label>
          )}
        </div>
      )}
      {once !== null && thread !== null && (
        <span class="faint once">Next turn only: {onceWords(once, thread) || "as it is"}</span>
      )}
    </>
  );
}

function providerOf({ scene, provider }: ChoosingProps): string {
  const available = scene.providers.filter((each) => each.available);
  return provider ?? scene.project?.defaults.provider ?? available[0]?.providerId ?? "";
}

function Provider({ scene, provider, chooseProvider }: ChoosingProps & { provider: string }) {
  if (scene.thread !== null) {
    const { thread } = scene;
    return (
      <span class="provider" title="Agent">
        {scene.providers.find((each) => each.providerId === thread.provider)?.name ??
          thread.provider}
      </span>
    );
  }
  const available = scene.providers.filter((each) => each.available);
  return (
    <Select
      label="Agent"
      value={provider}
      options={available.map((each) => ({ value: each.providerId, name: each.name }))}
      onChange={chooseProvider}
    />
  );
}

/** One of the models that the agent names, or any word where it names none. */
function Model(props: ChoosingProps & { option: SessionOption | undefined }) {
  const { scene, option, once, choose } = props;
  const model = once?.model ?? scene.thread?.model ?? props.chosen.model ?? null;
  if (option === undefined) {
    return (
      <input
        class="model"
        aria-label="Model"
        title="Model; empty is the agent's own choice"
        placeholder="model"
        value={model ?? ""}
        onChange={(event) => {
          const word = event.currentTarget.value.trim();
          if (word !== "") {
            choose({ model: word });
          }
        }}
      />
    );
  }
  const known = option.choices ?? [];
  const value = model ?? (typeof option.value === "string" ? option.value : "");
  // One that was chosen before the agent stopped naming it is shown all the same.
  const missing = value !== "" && !known.some((each) => each.value === value);
  return (
    <Select
      label="Model"
      value={value}
      title={known.find((each) => each.value === value)?.description ?? "Model"}
      options={[...(missing ? [{ value, name: value }] : []), ...known]}
      onChange={(chosen) => choose({ model: chosen })}
    />
  );
}

/** Something that the agent offers, of which Peon knows no more than the agent says. */
function Option(props: ChoosingProps & { option: SessionOption }) {
  const { option, scene, once, choose } = props;
  const { optionId, name } = option;
  const set = (value: OptionValue) => choose({ options: { [optionId]: value } });
  const value = settingOf(
    option,
    once?.options ?? {},
    scene.thread?.chosenOptions ?? {},
    props.chosen.options ?? {},
  );
  if (option.kind === "boolean") {
    return (
      <input
        type="checkbox"
        aria-label={name}
        checked={value === true}
        onChange={(event) => set(event.currentTarget.checked)}
      />
    );
  }
  const choices = option.choices ?? [];
  return (
    <Select
      label={name}
      value={String(value ?? "")}
      title={choices.find((each) => each.value === value)?.description ?? name}
      options={choices}
      onChange={set}
    />
  );
}

function Select(props: {
  label: string;
  value: string;
  title?: string;
  options: readonly { value: string; name: string }[];
  onChange(value: string): void;
}) {
  return (
    <select
      aria-label={props.label}
      title={props.title ?? props.label}
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    >
      {props.options.map((each) => (
        <option key={each.value} value={each.value}>
          {each.name}
        </option>
      ))}
    </select>
  );
}
