// What the server sent, folded, is what the server says the state is.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import type {
  ProjectList,
  ProjectView,
  ThreadList,
  ThreadReading,
  ThreadView,
} from "../../../../editors/vscode/src/protocol_gen";
import { reduce } from "../../../../editors/vscode/src/state/reduce";
import {
  type Message,
  type State,
  withLists,
  withThread,
} from "../../../../editors/vscode/src/state/state";
import { sharedWith } from "../../../../editors/vscode/src/state/worktrees";

/** The committed recordings, or those that somebody has made just now. */
const FOLDER = process.env["PEON_RECORDINGS"] ?? "tests/editors/recordings";
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

interface Expected {
  projects: ProjectView[];
  threads: ThreadView[];
}

interface Recording {
  snapshot: { projects: ProjectList; threads: ThreadList; readings: ThreadReading[] };
  notifications: Message[];
  expected: Expected;
}

function recording(name: string): Recording {
  return JSON.parse(readFileSync(join(FOLDER, name), "utf8")) as Recording;
}

function start({ projects, threads, readings }: Recording["snapshot"]): State {
  const known = { ...threads, threads: threads.threads.map(whole) };
  return readings
    .map((reading) => ({ ...reading, thread: whole(reading.thread) }))
    .reduce(withThread, withLists(projects, known));
}

/** A thread with what the server did not know of yet when it was recorded. */
function whole(thread: ThreadView): ThreadView {
  return { ...{ queue: [], queueHeld: false }, ...thread };
}

/** The state as the server shows it. What it did not know of yet when it was recorded is left out. */
function shown(state: State, expected: Expected): unknown {
  const { projects } = state;
  const threads = [...state.threads.values()].map((thread) => {
    const others = sharedWith(state, thread).map(({ threadId }) => threadId);
    return { ...thread, sharedWith: others };
  });
  const whole = { projects: [...projects.values()], threads };
  return narrowed(JSON.parse(JSON.stringify(whole)), expected);
}

function narrowed(value: unknown, like: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(like)) {
    return value.map((each, place) => narrowed(each, like[place]));
  }
  if (isObject(value) && isObject(like)) {
    const known = Object.keys(value).filter((key) => key in like);
    return Object.fromEntries(known.map((key) => [key, narrowed(value[key], like[key])]));
  }
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

assert.ok(NAMES.length > 0, `no recordings in ${FOLDER}`);

for (const name of NAMES) {
  const { snapshot, notifications, expected } = recording(name);
  const relevant = notifications.filter(
    ({ method }) => method === "events/appended" || method === "turn/delta",
  );
  const folded = (messages: Message[]) => shown(messages.reduce(reduce, start(snapshot)), expected);

  test(`${name}: folding what was sent gives what the server answers`, () => {
    assert.deepEqual(folded(relevant), expected);
  });

  test(`${name}: without the deltas the state is the same`, () => {
    assert.deepEqual(
      folded(relevant.filter((message) => message.method === "events/appended")),
      expected,
    );
  });

  test(`${name}: hearing everything twice changes nothing`, () => {
    assert.deepEqual(folded(relevant.flatMap((message) => [message, message])), expected);
  });

  test(`${name}: with every second delta lost the state is the same`, () => {
    const thinned = relevant.filter(
      (message, place) => message.method === "events/appended" || place % 2 === 0,
    );
    assert.deepEqual(folded(thinned), expected);
  });

  test(`${name}: no state that was is changed afterwards`, () => {
    let state = start(snapshot);
    for (const message of relevant) {
      const before = structuredClone(state);
      const kept = state;
      state = reduce(state, message);
      assert.deepEqual(kept, before);
    }
  });
}
