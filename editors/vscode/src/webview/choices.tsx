// Provider, model and mode: of a new thread, or changed in the one that is shown.

import type { Scene } from "../chat/bridge";
import type { Mode } from "../protocol_gen";
import type { Chosen } from "./composer";
import { ask } from "./host";

const MODES: Record<Mode, { name: string; means: string }> = {
  plan: { name: "Plan", means: "Nothing may change" },
  ask: { name: "Ask", means: "Everything that changes something asks" },
  edits: { name: "Edits", means: "Edits inside the folder pass; commands ask" },
  full: { name: "Full", means: "Nothing asks" },
};

export function Choices(props: {
  scene: Scene;
  chosen: Chosen;
  choose(chosen: Chosen): void;
  attempt(work: () => Promise<unknown>): Promise<boolean>;
}) {
  const { scene, chosen, choose, attempt } = props;
  const { thread } = scene;
  const mode = thread?.mode ?? chosen.mode ?? scene.project?.defaults.mode ?? "ask";
  const model = thread === null ? chosen.model : thread.model;
  const available = scene.providers.filter((each) => each.available);
  const setModel = (value: string) =>
    thread === null
      ? choose({ ...chosen, model: value.trim() || null })
      : value.trim() !== "" && void attempt(() => ask("thread/configure", { model: value.trim() }));
  return (
    <>
      {thread === null ? (
        <Select
          label="Agent"
          value={
            chosen.provider ?? scene.project?.defaults.provider ?? available[0]?.providerId ?? ""
          }
          options={available.map((each) => ({ value: each.providerId, name: each.name }))}
          onChange={(provider) => choose({ ...chosen, provider })}
        />
      ) : (
        <span class="provider" title="Agent">
          {scene.providers.find((each) => each.providerId === thread.provider)?.name ??
            thread.provider}
        </span>
      )}
      <Select
        label="Mode"
        value={mode}
        title={MODES[mode].means}
        options={Object.entries(MODES).map(([value, { name }]) => ({ value, name }))}
        onChange={(value) =>
          thread === null
            ? choose({ ...chosen, mode: value as Mode })
            : void attempt(() => ask("thread/configure", { mode: value as Mode }))
        }
      />
      <input
        class="model"
        aria-label="Model"
        title="Model; empty is the agent's own choice"
        placeholder="model"
        value={model ?? ""}
        onChange={(event) => setModel(event.currentTarget.value)}
      />
    </>
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
