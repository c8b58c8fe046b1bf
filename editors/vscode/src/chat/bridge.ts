// What the chat's two halves say to each other. The webview asks; the extension decides.

import type {
  ContentBlock,
  ItemId,
  ProjectId,
  ProjectView,
  ProviderView,
  Requests,
  SessionOption,
  ThreadId,
  ThreadView,
} from "../protocol_gen";
import type { Choosing } from "../state/options";
import type { Message } from "../state/state";

/** Requests that the webview may send, always about the thread that it shows. */
export const ASKABLE = [
  "turn/start",
  "turn/queue",
  "turn/steer",
  "turn/interrupt",
  "turn/diff",
  "message/edit",
  "message/remove",
  "message/move",
  "message/send",
  "action/approve",
  "action/reject",
  "thread/configure",
  "review/get",
  "review/accept",
  "review/reject",
  "blob/read",
] as const;

export type Askable = Extract<(typeof ASKABLE)[number], keyof Requests>;

/** Commands of the editor that the webview may run. */
export const RUNNABLE = [
  "peon.showActionDiff",
  "peon.showEdit",
  "peon.showBlob",
  "peon.openFile",
  "peon.reviewTurn",
  "peon.undoTurn",
  "peon.commit",
  "peon.newThread",
  "peon.newThreadInWorktree",
  "peon.setBudget",
  "peon.logIn",
  "peon.showRules",
  "peon.openInEditor",
  "peon.attachContext",
  "peon.copy",
] as const;

export type Runnable = (typeof RUNNABLE)[number];

/** Something that goes with a prompt, and what it is called. */
export interface Attachment {
  readonly label: string;
  readonly icon: "file" | "file-media" | "list-selection" | "warning";
  readonly block: ContentBlock;
}

/** All that the webview needs to draw itself from nothing. */
export interface Scene {
  readonly connected: boolean;
  readonly trouble: string | null;
  /** What the folder is called in which a new thread would work. */
  readonly folder: string | null;
  readonly project: ProjectView | null;
  readonly thread: ThreadView | null;
  readonly providers: readonly ProviderView[];
  /** What each kind of agent offered in its last session. */
  readonly offers: Readonly<Record<string, readonly SessionOption[]>>;
  readonly methods: readonly string[];
  /** How many approvals wait in other threads. */
  readonly waitingElsewhere: number;
  /** Counts what may have changed which changes of a turn still stand. */
  readonly revision: number;
}

/** A scene whose thread is as the webview has folded it. */
export type Surroundings = Omit<Scene, "thread" | "revision">;

export type ToWebview =
  | { type: "scene"; scene: Scene }
  | { type: "surroundings"; surroundings: Surroundings }
  | { type: "message"; message: Message }
  | { type: "attach"; attachments: Attachment[] }
  | { type: "focus" }
  | { type: "draft"; text: string }
  | { type: "reveal"; actionId: string }
  | { type: "answer"; id: number; result: unknown }
  | { type: "refusal"; id: number; message: string; details: Record<string, unknown> };

/** The first prompt of a thread that is to be made, and what was chosen for it. */
export interface Beginning extends Choosing {
  prompt: string | ContentBlock[];
  provider?: string | null;
}

export type FromWebview =
  | { type: "ready"; threadId: ThreadId | null }
  | { type: "ask"; id: number; method: Askable; params: Record<string, unknown> }
  | { type: "begin"; id: number; beginning: Beginning }
  | { type: "complete"; id: number; text: string }
  | { type: "earlier"; id: number }
  | { type: "drafted"; text: string }
  | { type: "decided"; id: number; itemId: ItemId }
  | { type: "run"; command: Runnable; args: unknown[] };

export interface Completion {
  readonly path: string;
  readonly attachment: Attachment;
}

export interface Shown {
  readonly projectId: ProjectId | null;
  readonly threadId: ThreadId | null;
}
