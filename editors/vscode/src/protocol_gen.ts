// Written by protocol/generate.py from the data classes: edit those, then run `make generate`.

export const PROTOCOL_VERSION = 1;

export type ProjectId = string;

export type ThreadId = string;

export type TurnId = string;

export type ItemId = string;

export type ActionId = string;

export type CheckpointId = string;

export type OperationId = string;

export type SessionId = string;

export type SubscriptionId = string;

export type CommandId = string;

export type ProviderId = string;

export type EventId = string;

export type StreamId = string;

export type BlobId = string;

export type HunkId = string;

export type MessageId = string;

export type RuleId = string;

/** Any JSON. Only for what an agent says about its own tools: kept, and never interpreted. */
export type JsonValue =
  null | boolean | number | string | JsonValue[] | { [name: string]: JsonValue };

/** A content block as the Agent Client Protocol 1 defines it, without `annotations` and `Meta`. */
export type ContentBlock =
  | TextContent
  | ImageContent
  | AudioContent
  | ResourceLink
  | EmbeddedResource;

/** What a tool call shows: a content block, or where a large one is kept. */
export type ItemContent =
  | TextContent
  | ImageContent
  | AudioContent
  | ResourceLink
  | EmbeddedResource
  | StoredContent;

/** What a user asks: plain text, or content blocks. Kept as it was typed. */
export type Prompt =
  | string
  | ContentBlock[];

/** A slow piece of workspace work: first its intent is recorded, then its outcome. */
export type Operation =
  | CheckpointOperation
  | TurnEndOperation
  | RestoreOperation
  | CommitOperation
  | PushOperation
  | CreateBranchOperation
  | PullRequestOperation
  | ReviewOperation
  | WorktreeOperation
  | WorktreeRemoveOperation
  | WorktreeRestoreOperation;

/** What an option is set to: a choice's `value`, or true or false. */
export type OptionValue =
  | boolean
  | string;

/** What a provider says, told apart by `type`. */
export type ProviderEvent =
  | ProviderSessionStarted
  | ProviderSessionEnded
  | ProviderTextDelta
  | ProviderReasoningDelta
  | ProviderToolCallUpdated
  | ProviderPlanReplaced
  | ProviderActionRequested
  | ProviderActionWithdrawn
  | ProviderUsageReported
  | ProviderModeChanged
  | ProviderSessionConfigured
  | ProviderTurnEnded
  | ProviderError;

/**
 * What an agent may do in a thread without asking.
 *
 * - `plan`: Nothing may change.
 * - `ask`: Everything that changes something asks. The default.
 * - `edits`: Edits inside the workspace pass; commands ask.
 * - `full`: Nothing asks.
 */
export type Mode =
  | "plan"
  | "ask"
  | "edits"
  | "full";

/** What a thread is doing. */
export type ThreadStatus =
  | "idle"
  | "running"
  | "awaitingApproval";

/** How far a turn has come. */
export type TurnStatus =
  | "running"
  | "completed"
  | "interrupted"
  | "failed";

/**
 * Why an agent stopped. All but the last are the agent's own word.
 *
 * - `interrupted`: The server stopped, or lost the agent, while the turn was running.
 */
export type StopReason =
  | "endTurn"
  | "maxTokens"
  | "maxTurnRequests"
  | "refusal"
  | "cancelled"
  | "interrupted";

/**
 * What an item inside a turn is.
 *
 * - `userMessage`: What a user said while the agent was at work, and the agent took.
 */
export type ItemKind =
  | "message"
  | "reasoning"
  | "toolCall"
  | "plan"
  | "userMessage";

/** How far an item has come. */
export type ItemStatus =
  | "streaming"
  | "awaitingApproval"
  | "running"
  | "completed"
  | "failed"
  | "cancelled";

/**
 * What a tool does; the vocabulary of the Agent Client Protocol.
 *
 * - `question`: No tool: the agent wants to know something.
 */
export type ToolKind =
  | "read"
  | "edit"
  | "delete"
  | "move"
  | "search"
  | "execute"
  | "think"
  | "fetch"
  | "switchMode"
  | "other"
  | "question";

/** What choosing an option of an action means. */
export type OptionKind =
  | "allowOnce"
  | "allowAlways"
  | "rejectOnce"
  | "rejectAlways";

/** What became of an action. */
export type Decision =
  | "approved"
  | "rejected"
  | "withdrawn";

/** How far an approval reaches. */
export type Scope =
  | "once"
  | "session"
  | "always";

/** What a rule says of the actions it is about; deny wins over ask, ask over allow. */
export type RuleVerdict =
  | "allow"
  | "ask"
  | "deny";

/**
 * What settled an action.
 *
 * - `session`: An earlier approval for the session; the name is that action's id.
 * - `agent`: The agent withdrew its own request.
 */
export type DeciderKind =
  | "user"
  | "rule"
  | "session"
  | "mode"
  | "agent"
  | "turnEnd";

/** Why a checkpoint was taken. */
export type CheckpointKind =
  | "turnStart"
  | "turnEnd"
  | "manual"
  | "beforeRestore";

/** What a restore does with paths that somebody else changed too. */
export type ConflictChoice =
  | "keep"
  | "overwrite";

/** What goes back to a checkpoint. */
export type RestoreScope =
  | "files"
  | "conversation"
  | "both";

/** What a restore does to a path. */
export type RestoreChangeKind =
  | "create"
  | "write"
  | "delete"
  | "mode";

/** Who caused an event. */
export type ActorKind =
  | "client"
  | "agent"
  | "server";

/** Who gave a thread its title. */
export type TitleSource =
  | "user"
  | "agent"
  | "server";

/**
 * How an agent's session came to be.
 *
 * - `fresh`: It is new, and so is the conversation.
 * - `resumed`: The agent went on with the session it had.
 * - `loaded`: The agent read the session it had again, from its beginning.
 * - `retold`: It is new, and the agent is told as text what was said before.
 */
export type SessionOrigin =
  | "fresh"
  | "resumed"
  | "loaded"
  | "retold";

/**
 * How one logs in to an agent.
 *
 * - `agent`: The agent sees to it when it is told to; it may open the user's browser.
 * - `terminal`: A command that asks in a terminal.
 * - `env`: Variables that the agent reads when it starts.
 */
export type LoginKind =
  | "agent"
  | "terminal"
  | "env";

/** How much a plan's entry matters. */
export type PlanPriority =
  | "high"
  | "medium"
  | "low";

/** How far a plan's entry has come. */
export type PlanStatus =
  | "pending"
  | "inProgress"
  | "completed";

/**
 * How bytes stand in a page of a value.
 *
 * - `text`: As they are: they are UTF-8.
 */
export type BlobEncoding =
  | "text"
  | "base64";

/**
 * Why an event's contents are gone.
 *
 * - `threadDeleted`: Its thread was deleted, long enough ago.
 * - `lost`: It could not be read any more when a damaged log was salvaged.
 */
export type ErasureReason =
  | "threadDeleted"
  | "lost";

/** A piece of text. */
export interface TextContent {
  type: "text";
  text: string;
}

/** An image, base64-encoded. */
export interface ImageContent {
  type: "image";
  data: string;
  mimeType: string;
  uri?: string | null;
}

/** A sound, base64-encoded. */
export interface AudioContent {
  type: "audio";
  data: string;
  mimeType: string;
}

/** A pointer to something the agent can read by itself. */
export interface ResourceLink {
  type: "resource_link";
  uri: string;
  name: string;
  mimeType?: string | null;
  title?: string | null;
  description?: string | null;
  size?: number | null;
}

/** The contents of a resource: `text`, or `blob` in base64. */
export interface ResourceContents {
  uri: string;
  mimeType?: string | null;
  text?: string | null;
  blob?: string | null;
}

/** A resource with its contents. */
export interface EmbeddedResource {
  type: "resource";
  resource: ResourceContents;
}

/**
 * A value over 64 KiB, kept apart under the hash of its bytes: read it with `blob/read`.
 *
 * `size` counts its bytes, `preview` is how its text begins. It stands for the contents of the
 * block of which it took the place; of JSON, `mimeType` is `application/json`.
 */
export interface StoredContent {
  type: "stored";
  blobId: BlobId;
  size: number;
  mimeType?: string | null;
  preview?: string;
  uri?: string | null;
}

/** A text over 64 KiB, kept apart: read it with `blob/read`. `size` counts its bytes. */
export interface StoredText {
  blobId: BlobId;
  size: number;
}

/**
 * How an agent speaks to a server.
 *
 * - `stdio`: It starts `command` and speaks to it.
 * - `http`: It calls `url`.
 * - `sse`: It listens at `url`; the older way.
 */
export type McpTransport =
  | "stdio"
  | "http"
  | "sse";

/**
 * A server that an agent's session is given: a program to start, or an address to call.
 *
 * Without a `transport` it is `stdio` where there is a command, and else `http`. In `command`,
 * `args`, `url` and the values of `env` and `headers`, `${env:NAME}` stands for a variable of the
 * client's environment, which is read when a session is opened and written nowhere. A secret must
 * stand there in this way.
 */
export interface McpServer {
  name: string;
  command?: string | null;
  args?: string[];
  env?: Record<string, string>;
  url?: string | null;
  headers?: Record<string, string>;
  transport?: McpTransport | null;
}

/** Whether a session was given a server of its thread, and if not, why. */
export interface SessionServer {
  name: string;
  given: boolean;
  reason?: string | null;
}

/** Who caused an event: the kind, and the name it gave itself. */
export interface Actor {
  kind: ActorKind;
  name: string;
}

/**
 * What a tool call does to one file. `oldText` is null where the file is new.
 *
 * Of a text that is kept apart only the beginning stands here.
 */
export interface FileEdit {
  path: string;
  newText: string;
  oldText?: string | null;
  newStored?: StoredText | null;
  oldStored?: StoredText | null;
}

/** A place in a file; lines count from 1. */
export interface Location {
  path: string;
  line?: number | null;
}

/** One line of an agent's plan. */
export interface PlanEntry {
  content: string;
  priority?: PlanPriority;
  status?: PlanStatus;
}

/** Text added to an item. `offset` and `end` count UTF-8 bytes of the whole text of the item. */
export interface TextAppend {
  offset: number;
  end: number;
  text: string;
}

/** What changed of an item besides its text. A field that is null is as it was. */
export interface ItemPatch {
  title: string | null;
  toolKind: ToolKind | null;
  summary: string | null;
  input: JsonValue;
  content: ItemContent[] | null;
  edits: FileEdit[] | null;
  locations: Location[] | null;
  entries: PlanEntry[] | null;
}

/** One way to answer an action, as the agent offered it. */
export interface ActionOption {
  optionId: string;
  label: string;
  kind: OptionKind;
}

/** What settled an action, and the name of the user, rule or mode. */
export interface Decider {
  kind: DeciderKind;
  name: string;
}

/** What something cost, as the agent reckons it; `currency` as in ISO 4217. */
export interface Cost {
  amount: number;
  currency: string;
}

/**
 * What a turn used, in tokens, and what it cost where the agent says so.
 *
 * `contextUsed` of `contextSize` tokens are in the agent's context after it.
 */
export interface Usage {
  inputTokens?: number;
  outputTokens?: number;
  cacheReadTokens?: number;
  model?: string | null;
  contextUsed?: number | null;
  contextSize?: number | null;
  cost?: Cost | null;
}

/** Why a turn failed: a code a program can use and the agent's own words. */
export interface TurnError {
  code: string;
  message: string;
}

/**
 * What a thread's turns may use together; what is null has no bound, and so has nothing else.
 *
 * Tokens are those read and written; a cost counts in its own currency only.
 */
export interface Budget {
  maxTokens?: number | null;
  maxCost?: number | null;
  currency?: string | null;
}

/**
 * What a new thread of the project takes where it does not say itself.
 *
 * The servers are those of every thread that has none of its own, whenever its session opens.
 */
export interface ProjectDefaults {
  provider?: string | null;
  model?: string | null;
  mode?: Mode | null;
  budget?: Budget | null;
  mcpServers?: McpServer[] | null;
}

/** A path a checkpoint could not hold, and why. */
export interface MissingPath {
  path: string;
  reason: string;
}

/** A path where something else than the undone work stood in the way of a restore, and what. */
export interface PathConflict {
  path: string;
  reason: string;
}

/** A path that a restore changes, and how. */
export interface RestoreChange {
  path: string;
  kind: RestoreChangeKind;
}

/**
 * One way to log in to an agent, as the agent offers it.
 *
 * `command` is what a person runs, as its words; `variables` are those to set.
 */
export interface AuthMethod {
  methodId: string;
  name: string;
  kind: LoginKind;
  description: string | null;
  command: string[] | null;
  variables: string[];
}

/** What an option of a session is about. */
export type OptionCategory =
  | "model"
  | "mode"
  | "thoughtLevel"
  | "other";

/**
 * How an option is set.
 *
 * - `select`: One of its choices.
 */
export type SettingKind =
  | "select"
  | "boolean";

/** A value that an option can have. */
export interface OptionChoice {
  value: string;
  name: string;
  description?: string | null;
}

/**
 * Something that can be chosen of a session; `value` is a choice's value, true, false or null.
 *
 * It is chosen with `options`, but for two: what is of the category `model` is chosen with
 * `model`, and modes of an agent's own are shown only, ours is chosen with `mode`. `own` is the
 * value that the agent goes back to where something else was chosen for now.
 */
export interface SessionOption {
  optionId: string;
  name: string;
  category: OptionCategory;
  kind: SettingKind;
  value: JsonValue;
  choices?: OptionChoice[];
  own?: JsonValue;
}

/** A command that the agent knows: a prompt may begin with a slash and its name. */
export interface AgentCommand {
  name: string;
  description: string;
}

/**
 * What the answer to a field of a question is.
 *
 * - `choice`: The value of one of its choices.
 * - `choices`: A list of values of its choices, each at most once.
 */
export type FieldKind =
  | "text"
  | "number"
  | "integer"
  | "boolean"
  | "choice"
  | "choices";

/** One way to answer a field. */
export interface FieldChoice {
  value: string;
  label: string;
  description?: string | null;
}

/**
 * One thing that a question asks.
 *
 * `minimum` and `maximum` bound a number, the length of a text in characters, and how many choices
 * are made. A field that is left out of the answers takes its `default`; one that is answered with
 * null takes none. The answer to a `secret` field goes to the agent and nowhere else.
 */
export interface QuestionField {
  name: string;
  label: string;
  kind: FieldKind;
  description?: string | null;
  required?: boolean;
  secret?: boolean;
  choices?: FieldChoice[];
  default?: JsonValue;
  minimum?: number | null;
  maximum?: number | null;
}

/** Why the answer to a field cannot be taken; never what it was. */
export interface AnswerProblem {
  field: string;
  path: string;
  reason: string;
}

/**
 * What a person thinks of a change that a turn made.
 *
 * - `rejected`: It is taken back where it still stands.
 */
export type Verdict =
  | "accepted"
  | "rejected";

/**
 * How a change of a turn, or all of a file's, stands with those who review it.
 *
 * - `pending`: It is there as the turn left it, and nobody has said anything.
 * - `rejected`: It is not there any more: what stood before stands there again.
 * - `waiting`: A verdict was given while the turn was running; it counts when the turn has ended.
 * - `conflict`: Somebody else changed these lines too: it cannot be taken back.
 * - `mixed`: Of a file whose changes stand differently.
 */
export type HunkStatus =
  | "pending"
  | "accepted"
  | "rejected"
  | "waiting"
  | "conflict"
  | "mixed";

/**
 * What a change is a change of.
 *
 * - `text`: Lines that stand together.
 * - `whole`: A file that is taken or left as a whole: binary, a link, empty, or very long.
 * - `mode`: Whether a file is a program.
 * - `rename`: Where a file stands.
 */
export type HunkKind =
  | "text"
  | "whole"
  | "mode"
  | "rename";

/**
 * Whose a line of a file is.
 *
 * - `external`: Nobody's turn wrote it: the user did, or another program, or it was there from the first.
 * - `unknown`: The checkpoints that could tell are no longer kept, or more than one turn was at it.
 */
export type LineOrigin =
  | "turn"
  | "external"
  | "unknown";

/** Changes of one file that a verdict was given on. */
export interface ReviewedFile {
  path: string;
  hunkIds: HunkId[];
}

/**
 * A change that was not taken back, and why.
 *
 * `reason`: changedSince, shared, blocked, lastCopy, changedMeanwhile, unwritable.
 */
export interface HunkConflict {
  path: string;
  hunkId: HunkId;
  reason: string;
}

/**
 * A worktree for a thread: one that is there (`path`, absolute), or a new one (`branch`).
 *
 * A new one starts from `base` (by default where the project's folder stands) unless its branch
 * exists. Then the files and folders in `copy` are copied from the project's folder, and each
 * command in `setup` is run in it, as its words; no shell reads them.
 */
export interface WorktreeChoice {
  path?: string | null;
  branch?: string | null;
  base?: string | null;
  setup?: string[][];
  copy?: string[];
}

/** Take a checkpoint by hand. */
export interface CheckpointOperation {
  type: "checkpoint";
  checkpointId: CheckpointId;
  description: string;
}

/** Take the closing checkpoint of a turn, whose outcome is known already. */
export interface TurnEndOperation {
  type: "turnEnd";
  checkpointId: CheckpointId;
  stopReason: StopReason | null;
  error: TurnError | null;
  usage: Usage | null;
}

/** Go back to a checkpoint; `beforeCheckpointId` will hold the present. */
export interface RestoreOperation {
  type: "restore";
  checkpointId: CheckpointId;
  beforeCheckpointId: CheckpointId;
  paths: string[] | null;
  conflicts: ConflictChoice;
  what: RestoreScope;
}

/** Commit changes in the user's repository; `paths` null means every change not ignored. */
export interface CommitOperation {
  type: "commit";
  message: string;
  paths: string[] | null;
}

/** Push the user's branch. */
export interface PushOperation {
  type: "push";
  remote: string | null;
  branch: string | null;
}

/** Make a branch in the user's repository, and go to it where `checkout` says so. */
export interface CreateBranchOperation {
  type: "createBranch";
  name: string;
  base: string | null;
  checkout: boolean;
}

/** Open a pull request for the user's branch, which is pushed first where need be. */
export interface PullRequestOperation {
  type: "pullRequest";
  title: string;
  body: string;
  base: string | null;
  draft: boolean;
}

/**
 * Give a verdict on changes of a turn: those named, else all of `path`, else all.
 *
 * `beforeCheckpointId` will hold the present, if changes are taken back.
 */
export interface ReviewOperation {
  type: "review";
  turnId: TurnId;
  verdict: Verdict;
  beforeCheckpointId: CheckpointId;
  path: string | null;
  hunkIds: HunkId[] | null;
  comment: string | null;
}

/** Make a worktree for a new thread, or find the one that is meant. */
export interface WorktreeOperation {
  type: "worktree";
  worktree: WorktreeChoice;
}

/** Take the thread's worktree away, if nothing in it is uncommitted. */
export interface WorktreeRemoveOperation {
  type: "worktreeRemove";
}

/** Bring the thread's worktree back. */
export interface WorktreeRestoreOperation {
  type: "worktreeRestore";
}

/**
 * A session with an agent is open. `nativeId` is the agent's own name for it.
 *
 * `mcpServers` says of each server of the thread whether it was given it.
 */
export interface ProviderSessionStarted {
  type: "sessionStarted";
  sessionId: SessionId;
  nativeId: string;
  agentName: string;
  agentVersion?: string | null;
  origin?: SessionOrigin;
  mcpServers?: SessionServer[];
}

/**
 * The agent is gone. `detail` holds the tail of what it said on its way out.
 *
 * One that was `idle` had no prompt: a turn in progress is not its, and goes on with another.
 */
export interface ProviderSessionEnded {
  type: "sessionEnded";
  sessionId: SessionId;
  reason: string;
  detail?: string | null;
  idle?: boolean;
}

/**
 * More of a message.
 *
 * Without an `itemId` it continues the message that is open, or opens one.
 */
export interface ProviderTextDelta {
  type: "textDelta";
  text: string;
  itemId?: ItemId | null;
}

/** More of the agent's reasoning, as `TextDelta` is of its message. */
export interface ProviderReasoningDelta {
  type: "reasoningDelta";
  text: string;
  itemId?: ItemId | null;
}

/** A tool call, new or changed. A field that is null is as it was. */
export interface ProviderToolCallUpdated {
  type: "toolCallUpdated";
  itemId: ItemId;
  title?: string | null;
  kind?: ToolKind | null;
  status?: ItemStatus | null;
  summary?: string | null;
  input?: JsonValue;
  content?: ItemContent[] | null;
  edits?: FileEdit[] | null;
  locations?: Location[] | null;
}

/** The agent's plan, whole. */
export interface ProviderPlanReplaced {
  type: "planReplaced";
  entries: PlanEntry[];
}

/**
 * The agent waits for leave, or with `fields` for answers: then its kind is `question`.
 *
 * `paths` are the files it would touch and `command` is the command line it would run, where it
 * says so; neither is ever read off the title.
 */
export interface ProviderActionRequested {
  type: "actionRequested";
  actionId: ActionId;
  itemId: ItemId;
  kind: ToolKind;
  title: string;
  options: ActionOption[];
  paths?: string[];
  command?: string | null;
  fields?: QuestionField[];
}

/** The agent no longer waits for this answer. */
export interface ProviderActionWithdrawn {
  type: "actionWithdrawn";
  actionId: ActionId;
}

/** Tokens used by the turn so far; the last report is recorded with the turn's end. */
export interface ProviderUsageReported {
  type: "usageReported";
  usage: Usage;
}

/** The agent says it is in another mode now. It can only narrow what the thread allows. */
export interface ProviderModeChanged {
  type: "modeChanged";
  mode: Mode;
}

/** What the session offers and what it is set to; what is null is as it was. */
export interface ProviderSessionConfigured {
  type: "sessionConfigured";
  options?: SessionOption[] | null;
  commands?: AgentCommand[] | null;
}

/** The agent has ended its turn. */
export interface ProviderTurnEnded {
  type: "turnEnded";
  stopReason: StopReason;
  usage?: Usage | null;
}

/** The turn failed: a code a program can use, and the provider's own words. */
export interface ProviderError {
  type: "error";
  code: string;
  message: string;
}

/** A folder became a project. `root` is absolute with links resolved. */
export interface ProjectCreated {
  projectId: ProjectId;
  root: string;
  title: string;
  defaults: ProjectDefaults;
}

/** What is null stayed as it was. */
export interface ProjectConfigured {
  projectId: ProjectId;
  title: string | null;
  defaults: ProjectDefaults | null;
}

/** The project is gone, and with it every thread it still had. */
export interface ProjectDeleted {
  projectId: ProjectId;
}

/**
 * Actions in the project are allowed, asked about or denied by a rule from now on.
 *
 * What is null is not looked at; what is given must all fit.
 */
export interface RuleAdded {
  projectId: ProjectId;
  ruleId: RuleId;
  verdict: RuleVerdict;
  provider: string | null;
  toolKind: ToolKind | null;
  path: string | null;
  command: string | null;
}

/** The rule holds no longer. */
export interface RuleRemoved {
  projectId: ProjectId;
  ruleId: RuleId;
}

/**
 * A conversation was opened in a project.
 *
 * Where `mcpServers` is null, its sessions are given those of the project.
 */
export interface ThreadCreated {
  threadId: ThreadId;
  projectId: ProjectId;
  title: string;
  titleSource: TitleSource;
  provider: string;
  model: string | null;
  mode: Mode;
  budget: Budget | null;
  options: Record<string, OptionValue>;
  mcpServers: McpServer[] | null;
}

/**
 * What is null stayed as it was; `titleSource` says who set the title.
 *
 * Of `options` only those named have changed; one that is null there is left to the agent again.
 * `resetOptions` names those once more, for clients to whom null and an absent member are one.
 */
export interface ThreadConfigured {
  threadId: ThreadId;
  title: string | null;
  titleSource: TitleSource | null;
  model: string | null;
  mode: Mode | null;
  budget: Budget | null;
  archived: boolean | null;
  options: Record<string, OptionValue | null> | null;
  resetOptions: string[];
  mcpServers: McpServer[] | null;
}

/** The thread is gone. */
export interface ThreadDeleted {
  threadId: ThreadId;
}

/** What a deleted thread held is erased: in place of its events stands `event.erased`. */
export interface ThreadErased {
  threadId: ThreadId;
}

/** Here stood an event whose contents are gone; of one that was lost, `threadId` is `lost`. */
export interface EventErased {
  threadId: ThreadId;
  reason: ErasureReason;
}

/**
 * A session with an agent is open for the thread.
 *
 * `mcpServers` says of each server of the thread whether the session was given it.
 */
export interface SessionOpened {
  threadId: ThreadId;
  sessionId: SessionId;
  nativeId: string;
  provider: string;
  agentName: string;
  agentVersion: string | null;
  origin: SessionOrigin;
  mcpServers: SessionServer[];
}

/** What the session offers, and what it is set to, is this from now on. */
export interface SessionConfigured {
  threadId: ThreadId;
  sessionId: SessionId;
  options: SessionOption[];
  commands: AgentCommand[];
}

/** The session is over. */
export interface SessionClosed {
  threadId: ThreadId;
  sessionId: SessionId;
  reason: string;
  detail: string | null;
}

/**
 * A message waits at the end of the queue, or where it is already if it is in it.
 *
 * With `steer` it is being told to the agent, which is at work on the turn `turnId`; where the
 * agent does not take it, it is queued again without.
 */
export interface MessageQueued {
  threadId: ThreadId;
  messageId: MessageId;
  prompt: Prompt;
  model: string | null;
  mode: Mode | null;
  steer: boolean;
  turnId: TurnId | null;
  options: Record<string, OptionValue> | null;
}

/** A message that waits says something else now. */
export interface MessageEdited {
  threadId: ThreadId;
  messageId: MessageId;
  prompt: Prompt;
}

/** A user took a message out of the queue. */
export interface MessageRemoved {
  threadId: ThreadId;
  messageId: MessageId;
}

/** A message was moved; `order` is that of the whole queue. */
export interface MessageReordered {
  threadId: ThreadId;
  messageId: MessageId;
  order: MessageId[];
}

/** The agent took a message into the turn it is at work on, where it is an item. */
export interface MessageSteered {
  threadId: ThreadId;
  messageId: MessageId;
  turnId: TurnId;
  itemId: ItemId;
}

/**
 * A prompt was given. `number` counts from 1 in the thread and is never used again.
 *
 * `checkpointId` names the checkpoint that is taken before the agent sees the prompt,
 * `messageId` the message of the queue that this is. `options` are those chosen for it, by the
 * thread or for this turn only.
 */
export interface TurnStarted {
  threadId: ThreadId;
  turnId: TurnId;
  number: number;
  prompt: Prompt;
  checkpointId: CheckpointId;
  model: string | null;
  mode: Mode;
  messageId: MessageId | null;
  options: Record<string, OptionValue>;
}

/** The turn was asked to stop, by somebody or by its budget; the agent has not agreed yet. */
export interface TurnInterruptRequested {
  threadId: ThreadId;
  turnId: TurnId;
  budgetSpent: boolean;
}

/**
 * The turn is over; interrupted where the stop reason is `cancelled` or `interrupted`.
 *
 * With `queueHeld` the messages that wait do not go on by themselves.
 */
export interface TurnCompleted {
  threadId: ThreadId;
  turnId: TurnId;
  stopReason: StopReason;
  usage: Usage | null;
  detail: string | null;
  queueHeld: boolean;
}

/**
 * The turn is over, with an error.
 *
 * With `queueHeld` the messages that wait do not go on by themselves.
 */
export interface TurnFailed {
  threadId: ThreadId;
  turnId: TurnId;
  error: TurnError;
  usage: Usage | null;
  queueHeld: boolean;
}

/** An item of a turn, new or changed: text grows by `append`, the rest changes by `patch`. */
export interface ItemRecorded {
  threadId: ThreadId;
  turnId: TurnId;
  itemId: ItemId;
  kind: ItemKind;
  status: ItemStatus;
  append: TextAppend | null;
  patch: ItemPatch | null;
}

/**
 * The agent wants to do something and waits for an answer.
 *
 * `paths` are relative to the project's folder where they lie in it, with links resolved.
 * `scopes` says how far an approval may reach. One with `fields` is a question: it is approved by
 * answering it. `askedBy` is the rule that leaves it to a person; null where the mode does.
 */
export interface ActionRequested {
  threadId: ThreadId;
  turnId: TurnId;
  actionId: ActionId;
  itemId: ItemId;
  kind: ToolKind;
  title: string;
  options: ActionOption[];
  paths: string[];
  command: string | null;
  scopes: Scope[];
  fields: QuestionField[];
  askedBy: Decider | null;
}

/**
 * An action was approved, rejected or withdrawn; `by` says by what.
 *
 * `answers` are those to a question, by the names of its fields, without the secret ones.
 */
export interface ActionResolved {
  threadId: ThreadId;
  turnId: TurnId;
  actionId: ActionId;
  decision: Decision;
  by: Decider;
  optionId: string | null;
  scope: Scope | null;
  reason: string | null;
  answers: Record<string, JsonValue> | null;
}

/**
 * The workspace's files were kept. `missing` names what could not be.
 *
 * `snapshot` is the checkpoint store's own name for what it keeps.
 */
export interface CheckpointCreated {
  threadId: ThreadId;
  checkpointId: CheckpointId;
  description: string;
  kind: CheckpointKind;
  snapshot: string;
  turnId: TurnId | null;
  operationId: OperationId | null;
  missing: MissingPath[];
}

/** What these checkpoints held is no longer kept: they are too old, or took too much room. */
export interface CheckpointsExpired {
  threadId: ThreadId;
  checkpointIds: CheckpointId[];
}

/**
 * Files, or the conversation, went back; `beforeCheckpointId` holds what was before.
 *
 * `undone` are turns that no longer count in the conversation, `redone` turns that do again.
 * `overwritten` are restored paths that others had changed too.
 */
export interface CheckpointRestored {
  threadId: ThreadId;
  checkpointId: CheckpointId;
  operationId: OperationId;
  beforeCheckpointId: CheckpointId;
  restored: string[];
  conflicts: PathConflict[];
  what: RestoreScope;
  undone: TurnId[];
  redone: TurnId[];
  overwritten: PathConflict[];
}

/** A commit was made in the user's repository. */
export interface ChangesCommitted {
  threadId: ThreadId;
  operationId: OperationId;
  commit: string;
  message: string;
  branch: string | null;
  files: string[];
}

/** A branch was pushed. */
export interface ChangesPushed {
  threadId: ThreadId;
  operationId: OperationId;
  remote: string;
  branch: string;
  commit: string;
}

/** A branch was made in the user's repository; it begins at `commit`, which `base` named. */
export interface BranchCreated {
  threadId: ThreadId;
  operationId: OperationId;
  branch: string;
  commit: string;
  checkedOut: boolean;
  base: string | null;
}

/** A pull request is open at `url`; where it was before (`existing`), it is as it was. */
export interface PullRequestOpened {
  threadId: ThreadId;
  operationId: OperationId;
  url: string;
  branch: string;
  title: string;
  base: string | null;
  draft: boolean;
  existing: boolean;
}

/** Slow workspace work is wanted; its outcome will be an event of its own. */
export interface OperationRequested {
  threadId: ThreadId;
  operationId: OperationId;
  operation: Operation;
  turnId: TurnId | null;
}

/** The work could not be done; `code` is a kind of the error vocabulary. */
export interface OperationFailed {
  threadId: ThreadId;
  operationId: OperationId;
  code: string;
  message: string;
  remedy: string | null;
  turnId: TurnId | null;
}

/**
 * A verdict on a running turn's changes: it waits for the end of the turn.
 *
 * It is meant for those named, else for all of `path`, else for all.
 */
export interface ReviewRequested {
  threadId: ThreadId;
  turnId: TurnId;
  operationId: OperationId;
  verdict: Verdict;
  path: string | null;
  hunkIds: HunkId[] | null;
  comment: string | null;
}

/**
 * Changes of a turn were accepted, or rejected and taken back; some may not have been.
 *
 * `patch` is the beginning of what was taken back. The agent is told with the next prompt.
 */
export interface ReviewRecorded {
  threadId: ThreadId;
  turnId: TurnId;
  operationId: OperationId;
  verdict: Verdict;
  files: ReviewedFile[];
  conflicts: HunkConflict[];
  beforeCheckpointId: CheckpointId | null;
  comment: string | null;
  patch: string | null;
}

/**
 * The thread works in a worktree: one that was `made` for it, or one that was there.
 *
 * `folder` is where in the worktree at `path` the project's folder is. `base` is what the branch
 * was begun from.
 */
export interface WorktreeCreated {
  threadId: ThreadId;
  operationId: OperationId;
  path: string;
  folder: string;
  branch: string | null;
  base: string | null;
  made: boolean;
}

/** The thread's worktree was taken away; it can be brought back. */
export interface WorktreeRemoved {
  threadId: ThreadId;
  operationId: OperationId;
}

/** The thread's worktree is there again. */
export interface WorktreeRestored {
  threadId: ThreadId;
  operationId: OperationId;
}

/** The payload of each type of event. */
export interface EventPayloads {
  "project.created": ProjectCreated;
  "project.configured": ProjectConfigured;
  "project.deleted": ProjectDeleted;
  "rule.added": RuleAdded;
  "rule.removed": RuleRemoved;
  "thread.created": ThreadCreated;
  "thread.configured": ThreadConfigured;
  "thread.deleted": ThreadDeleted;
  "message.queued": MessageQueued;
  "message.edited": MessageEdited;
  "message.removed": MessageRemoved;
  "message.reordered": MessageReordered;
  "message.steered": MessageSteered;
  "turn.started": TurnStarted;
  "turn.interruptRequested": TurnInterruptRequested;
  "turn.completed": TurnCompleted;
  "turn.failed": TurnFailed;
  "item.recorded": ItemRecorded;
  "action.requested": ActionRequested;
  "action.resolved": ActionResolved;
  "checkpoint.created": CheckpointCreated;
  "checkpoint.restored": CheckpointRestored;
  "checkpoint.expired": CheckpointsExpired;
  "changes.committed": ChangesCommitted;
  "changes.pushed": ChangesPushed;
  "branch.created": BranchCreated;
  "pullRequest.opened": PullRequestOpened;
  "review.requested": ReviewRequested;
  "review.recorded": ReviewRecorded;
  "worktree.created": WorktreeCreated;
  "worktree.removed": WorktreeRemoved;
  "worktree.restored": WorktreeRestored;
  "session.opened": SessionOpened;
  "session.configured": SessionConfigured;
  "session.closed": SessionClosed;
  "operation.requested": OperationRequested;
  "operation.failed": OperationFailed;
  "thread.erased": ThreadErased;
  "event.erased": EventErased;
}

export type EventType = keyof EventPayloads;

/**
 * An event with its place and its reason. These bytes are the journal's and the wire's alike.
 *
 * `sequence` is the place in the whole log, `version` the place in the stream (a project or a
 * thread); both are contiguous from 1. `commandDigest` tells a repeated command from another one
 * that carries the same id.
 */
export interface StoredEventOf<T extends EventType> {
  sequence: number;
  eventId: EventId;
  streamId: StreamId;
  version: number;
  type: T;
  schema: number;
  occurredAt: string;
  commandId: CommandId | null;
  commandDigest: string | null;
  causationId: EventId | null;
  correlationId: EventId | null;
  actor: Actor;
  payload: EventPayloads[T];
}

export type StoredEvent = { [T in EventType]: StoredEventOf<T> }[EventType];

/** Make a project of the folder `root`, an absolute path. */
export interface CreateProject {
  root: string;
  projectId?: ProjectId | null;
  title?: string | null;
  commandId?: CommandId | null;
}

/** Change a project's title or defaults; what is null stays. */
export interface ConfigureProject {
  projectId: ProjectId;
  title?: string | null;
  defaults?: ProjectDefaults | null;
  commandId?: CommandId | null;
}

/** Delete a project and its threads. The folder itself is not touched. */
export interface DeleteProject {
  projectId: ProjectId;
  commandId?: CommandId | null;
}

/**
 * Open a conversation in a project; without a `worktree`, in its own folder.
 *
 * With one it is answered when the worktree is ready; where that fails there is no thread.
 */
export interface CreateThread {
  projectId: ProjectId;
  threadId?: ThreadId | null;
  title?: string | null;
  provider?: string | null;
  model?: string | null;
  mode?: Mode | null;
  options?: Record<string, OptionValue> | null;
  mcpServers?: McpServer[] | null;
  budget?: Budget | null;
  worktree?: WorktreeChoice | null;
  commandId?: CommandId | null;
}

/**
 * Change a thread; what is null stays.
 *
 * Of `options` those named are set, for turns to come; one that is null there is left to the agent
 * again. `mcpServers` replaces the servers of the thread, and with `[]` it has none.
 */
export interface ConfigureThread {
  threadId: ThreadId;
  title?: string | null;
  model?: string | null;
  mode?: Mode | null;
  options?: Record<string, OptionValue | null> | null;
  mcpServers?: McpServer[] | null;
  budget?: Budget | null;
  archived?: boolean | null;
  commandId?: CommandId | null;
}

/** Delete a thread. */
export interface DeleteThread {
  threadId: ThreadId;
  commandId?: CommandId | null;
}

/**
 * Ask the thread's agent for something.
 *
 * With a `turnId` that exists and the same prompt, it is the same turn. `model`, `mode` and
 * `options` are for this turn only.
 */
export interface StartTurn {
  threadId: ThreadId;
  prompt: Prompt;
  turnId?: TurnId | null;
  model?: string | null;
  mode?: Mode | null;
  options?: Record<string, OptionValue> | null;
  commandId?: CommandId | null;
}

/**
 * Ask for something when it is its turn: at once where the thread is idle and nothing waits.
 *
 * With a `messageId` that exists and the same prompt, it is the same message.
 */
export interface QueueMessage {
  threadId: ThreadId;
  prompt: Prompt;
  messageId?: MessageId | null;
  model?: string | null;
  mode?: Mode | null;
  options?: Record<string, OptionValue> | null;
  commandId?: CommandId | null;
}

/** Say something else in a message that waits. */
export interface EditMessage {
  threadId: ThreadId;
  messageId: MessageId;
  prompt: Prompt;
  commandId?: CommandId | null;
}

/** Take a message out of the queue. */
export interface RemoveMessage {
  threadId: ThreadId;
  messageId: MessageId;
  commandId?: CommandId | null;
}

/** Move a message that waits before another one, or to the end. */
export interface MoveMessage {
  threadId: ThreadId;
  messageId: MessageId;
  before?: MessageId | null;
  commandId?: CommandId | null;
}

/** Start a message that waits, or the first one, now; a queue that was held goes on with it. */
export interface SendMessage {
  threadId: ThreadId;
  messageId?: MessageId | null;
  commandId?: CommandId | null;
}

/**
 * Tell the agent something while it is at work; where that cannot be, it is queued.
 *
 * With a `messageId` that exists and the same prompt, it is the same message.
 */
export interface SteerTurn {
  threadId: ThreadId;
  prompt: Prompt;
  turnId?: TurnId | null;
  messageId?: MessageId | null;
  commandId?: CommandId | null;
}

/** Stop the turn in progress; what it has done stays. */
export interface InterruptTurn {
  threadId: ThreadId;
  turnId?: TurnId | null;
  commandId?: CommandId | null;
}

/**
 * Allow what an agent asked for: this once, for its session, or always, which makes a rule.
 *
 * `optionId` chooses among what the agent itself offered. `answers` are what a question asks for,
 * by the names of its fields; a command repeated with the same `commandId` gets its first answer
 * whatever its secret answers are.
 */
export interface ApprovePendingAction {
  threadId: ThreadId;
  actionId: ActionId;
  scope?: Scope;
  optionId?: string | null;
  answers?: Record<string, JsonValue> | null;
  commandId?: CommandId | null;
}

/** Refuse what an agent asked for; the turn goes on. */
export interface RejectPendingAction {
  threadId: ThreadId;
  actionId: ActionId;
  reason?: string | null;
  commandId?: CommandId | null;
}

/**
 * Have a rule settle what agents ask for in a project; what is given must all fit.
 *
 * `path` is a glob relative to the project's folder, `command` the first words of a command.
 */
export interface AddRule {
  projectId: ProjectId;
  verdict: RuleVerdict;
  ruleId?: RuleId | null;
  provider?: string | null;
  toolKind?: ToolKind | null;
  path?: string | null;
  command?: string | null;
  commandId?: CommandId | null;
}

/** Take a rule back; what it has settled stays settled. */
export interface RemoveRule {
  projectId: ProjectId;
  ruleId: RuleId;
  commandId?: CommandId | null;
}

/**
 * Take in what a provider says.
 *
 * The single door for the server's own agents and for a host that runs an agent itself.
 */
export interface IngestProviderEvent {
  threadId: ThreadId;
  event: ProviderEvent;
  commandId?: CommandId | null;
}

/** Keep the workspace's files as they are now, under a description. */
export interface CreateCheckpoint {
  threadId: ThreadId;
  description: string;
  commandId?: CommandId | null;
}

/**
 * Undo what this thread did after the checkpoint, and nothing else.
 *
 * `paths` limits which files go back. With `conflicts` overwrite, paths that others changed too go
 * back as well; what stood there is in the checkpoint that is taken before.
 */
export interface RestoreCheckpoint {
  threadId: ThreadId;
  checkpointId: CheckpointId;
  paths?: string[] | null;
  conflicts?: ConflictChoice;
  what?: RestoreScope;
  commandId?: CommandId | null;
}

/**
 * Commit in the user's repository, with their hooks and identity.
 *
 * Without a message, the one that `git/proposeMessage` tells.
 */
export interface CommitChanges {
  threadId: ThreadId;
  message?: string | null;
  paths?: string[] | null;
  commandId?: CommandId | null;
}

/** Push the user's branch, by default to where it tracks. */
export interface PushChanges {
  threadId: ThreadId;
  remote?: string | null;
  branch?: string | null;
  commandId?: CommandId | null;
}

/**
 * Say that changes of a turn are good: those named, else all of `path`, else all.
 *
 * While the turn is running it waits for the end of it.
 */
export interface AcceptChanges {
  threadId: ThreadId;
  turnId: TurnId;
  path?: string | null;
  hunkIds?: HunkId[] | null;
  commandId?: CommandId | null;
}

/**
 * Take changes of a turn back, where they still stand: those named, else all of `path`, or all.
 *
 * While the turn is running it waits for the end of it. The agent is told, with the comment, when
 * it is next asked for something.
 */
export interface RejectChanges {
  threadId: ThreadId;
  turnId: TurnId;
  path?: string | null;
  hunkIds?: HunkId[] | null;
  comment?: string | null;
  commandId?: CommandId | null;
}

/** Take away the worktree that was made for a thread. What is not committed keeps it there. */
export interface RemoveWorktree {
  threadId: ThreadId;
  commandId?: CommandId | null;
}

/** Bring back a worktree that was taken away, with the files in it that git ignores. */
export interface RestoreWorktree {
  threadId: ThreadId;
  commandId?: CommandId | null;
}

/** Every live project. */
export type ListProjects = Record<string, never>;

/** The rules of a project, oldest first. */
export interface ListRules {
  projectId: ProjectId;
}

/**
 * Live threads, of one project or all; a project that is not there has none.
 *
 * Of each there are its newest `turns`, 0 to 50. With a `limit`, 1 to 500, it is a page: the last
 * ones, or the last of the first `before`. More than one turn is told in pages only.
 */
export interface ListThreads {
  projectId?: ProjectId | null;
  turns?: number;
  limit?: number | null;
  before?: number | null;
}

/**
 * The `limit` turns before turn number `before`; without `before`, the last ones.
 *
 * With `items`, as many of the newest turns as hold so many items, the first of them in part.
 */
export interface TurnRange {
  limit: number;
  before?: number | null;
  items?: number | null;
}

/** One thread with its turns, all of them or a page; without items where they are not wanted. */
export interface ReadThread {
  threadId: ThreadId;
  turns?: TurnRange | null;
  withItems?: boolean;
}

/** The checkpoints of a thread, oldest first. */
export interface ListCheckpoints {
  threadId: ThreadId;
}

/** Up to `limit` events after a sequence, of the whole log or of one thread. */
export interface ReadEvents {
  after?: number;
  limit?: number;
  threadId?: ThreadId | null;
}

/** What changed in the workspace's files during a turn: `limit` files after `offset`. */
export interface ReadTurnDiff {
  threadId: ThreadId;
  turnId: TurnId;
  paths?: string[] | null;
  offset?: number;
  limit?: number;
}

/** What changed in the workspace's files since a checkpoint: a page, as of a turn. */
export interface ReadCheckpointDiff {
  threadId: ThreadId;
  checkpointId: CheckpointId;
  paths?: string[] | null;
  offset?: number;
  limit?: number;
}

/** What `checkpoint/restore` with the same params would do now. Changes nothing. */
export interface PreviewRestore {
  threadId: ThreadId;
  checkpointId: CheckpointId;
  paths?: string[] | null;
  conflicts?: ConflictChoice;
  what?: RestoreScope;
}

/** What a turn changed, change by change, and how each stands: `limit` files after `offset`. */
export interface ReadReview {
  threadId: ThreadId;
  turnId: TurnId;
  paths?: string[] | null;
  offset?: number;
  limit?: number;
}

/**
 * Why a line of a file, as it is now, is there. Lines count from 1.
 *
 * The file is one of the thread's folder, or of the project's.
 */
export interface ExplainLine {
  path: string;
  line: number;
  projectId?: ProjectId | null;
  threadId?: ThreadId | null;
}

/** The worktrees of a project's repository, and the threads in each. */
export interface ListWorktrees {
  projectId: ProjectId;
}

/** What the user's repository says of the thread's folder, or of the project's. */
export interface ReadGitStatus {
  projectId?: ProjectId | null;
  threadId?: ThreadId | null;
}

/** A message for a commit of what the thread has done since its last one. */
export interface ProposeMessage {
  threadId: ThreadId;
}

/**
 * The user's uncommitted changes, untracked files included, of all paths or of some.
 *
 * They are those of the thread's folder, or of the project's.
 */
export interface ReadGitDiff {
  projectId?: ProjectId | null;
  threadId?: ThreadId | null;
  paths?: string[] | null;
  offset?: number;
  limit?: number;
}

/** Up to `limit` bytes, after `offset`, of a value that is kept apart. */
export interface ReadBlob {
  blobId: BlobId;
  offset?: number;
  limit?: number;
}

/** Every provider, available or not. */
export type ListProviders = Record<string, never>;

/**
 * Log an agent in by one of its methods; without a method, see whether it is logged in.
 *
 * The agent is started for it, in the project's folder if there is one.
 */
export interface Authenticate {
  providerId: string;
  methodId?: string | null;
  projectId?: ProjectId | null;
}

/** How the server is doing. */
export type ReadServerStatus = Record<string, never>;

/**
 * Every event after a sequence, history first; without `after`, from now on.
 *
 * `threadIds` narrows the feed to those threads, `deltas` asks for live fragments of text and the
 * progress of operations too.
 */
export interface SubscribeEvents {
  after?: number | null;
  threadIds?: ThreadId[] | null;
  deltas?: boolean;
}

/** End a subscription. */
export interface UnsubscribeEvents {
  subscriptionId: SubscriptionId;
}

/** A project. Times are RFC 3339 in UTC. */
export interface ProjectView {
  projectId: ProjectId;
  root: string;
  title: string;
  defaults: ProjectDefaults;
  usage: Usage;
  createdAt: string;
  version: number;
}

/** A rule of a project; what is null is not looked at. */
export interface RuleView {
  ruleId: RuleId;
  projectId: ProjectId;
  provider: string | null;
  verdict: RuleVerdict;
  toolKind: ToolKind | null;
  path: string | null;
  command: string | null;
  createdAt: string;
  createdBy: Actor;
}

/**
 * One thing inside a turn.
 *
 * `text` is a message's or a reasoning's, `entries` a plan's; the rest is a tool call's, and
 * `content` what a user's message holds besides text.
 */
export interface ItemView {
  itemId: ItemId;
  kind: ItemKind;
  status: ItemStatus;
  text: string;
  title: string | null;
  toolKind: ToolKind | null;
  summary: string | null;
  input: JsonValue;
  content: ItemContent[];
  edits: FileEdit[];
  locations: Location[];
  entries: PlanEntry[];
}

/**
 * One prompt and all that followed. `items` is null where a list leaves them out.
 *
 * One that is `undone` no longer counts in the conversation: the agent does not know of it.
 */
export interface TurnView {
  turnId: TurnId;
  number: number;
  status: TurnStatus;
  prompt: Prompt;
  mode: Mode;
  model: string | null;
  options: Record<string, OptionValue>;
  items: ItemView[] | null;
  startedAt: string;
  endedAt: string | null;
  interruptRequested: boolean;
  stopReason: StopReason | null;
  error: TurnError | null;
  usage: Usage | null;
  undone: boolean;
}

/** An action that waits for an answer, since when, and by which rule, if by one. */
export interface PendingActionView {
  actionId: ActionId;
  turnId: TurnId;
  itemId: ItemId;
  title: string;
  kind: ToolKind;
  options: ActionOption[];
  paths: string[];
  command: string | null;
  scopes: Scope[];
  fields: QuestionField[];
  askedBy: Decider | null;
  requestedAt: string;
}

/** A message that waits for its turn; with `steer` it is being told to the agent right now. */
export interface QueuedMessageView {
  messageId: MessageId;
  prompt: Prompt;
  model: string | null;
  mode: Mode | null;
  options: Record<string, OptionValue> | null;
  steer: boolean;
  queuedAt: string;
}

/** A checkpoint of the thread. An `expired` one can no longer be gone back to. */
export interface CheckpointView {
  checkpointId: CheckpointId;
  threadId: ThreadId;
  turnId: TurnId | null;
  description: string;
  kind: CheckpointKind;
  createdAt: string;
  missing: MissingPath[];
  expired: boolean;
}

/** Workspace work under way: `kind` is checkpoint, turnEnd, restore, commit, push or review. */
export interface OperationView {
  operationId: OperationId;
  kind: string;
  requestedAt: string;
}

/** The live session of a thread's agent, and which of the thread's servers it was given. */
export interface SessionView {
  sessionId: SessionId;
  provider: string;
  agentName: string;
  agentVersion: string | null;
  origin: SessionOrigin;
  mcpServers: SessionServer[];
}

/** A thread's worktree. `removed`: it was taken away, and can be brought back. */
export interface WorktreeView {
  path: string;
  branch: string | null;
  base: string | null;
  made: boolean;
  removed: boolean;
}

/**
 * A conversation. `version` counts its events: a subscriber knows whether it has them all.
 *
 * `queue` starts by itself, message by message, unless it is held: after a turn that failed, or
 * whose server stopped, until something is started, and while the budget is spent. `options` and
 * `commands` are what its session offered last, and `chosenOptions` what was chosen of them;
 * `usage` is what its turns used, its context as the last of them left it. Without
 * `mcpServers` of its own it has those of the project.
 *
 * It works in `folder`, which it shares with the threads in `sharedWith`. `turnCount` and
 * `checkpointCount` count all there are. In a list most of these are left out.
 */
export interface ThreadView {
  threadId: ThreadId;
  projectId: ProjectId;
  title: string;
  titleSource: TitleSource;
  status: ThreadStatus;
  provider: string;
  model: string | null;
  mode: Mode;
  archived: boolean;
  turns: TurnView[];
  turnCount: number;
  pendingActions: PendingActionView[];
  queue: QueuedMessageView[];
  queueHeld: boolean;
  checkpoints: CheckpointView[];
  checkpointCount: number;
  operation: OperationView | null;
  session: SessionView | null;
  options: SessionOption[];
  commands: AgentCommand[];
  chosenOptions: Record<string, OptionValue>;
  mcpServers: McpServer[] | null;
  usage: Usage;
  budget: Budget | null;
  folder: string;
  worktree: WorktreeView | null;
  sharedWith: ThreadId[];
  createdAt: string;
  updatedAt: string;
  version: number;
}

/**
 * A kind of agent: whether it can be used here, and if not, what to do about it.
 *
 * `install` is the command that installs it, where one does. `auth` are its ways to log in, as far
 * as it has told them since the server started.
 */
export interface ProviderView {
  providerId: string;
  name: string;
  available: boolean;
  version: string | null;
  reason: string | null;
  remedy: string | null;
  install: string | null;
  auth: AuthMethod[];
}

/** A project was created, configured or deleted. */
export interface ProjectResult {
  sequence: number;
  projectId: ProjectId;
}

/**
 * A thread was created, configured or deleted.
 *
 * `operationId` is that of the work on its worktree.
 */
export interface ThreadResult {
  sequence: number;
  threadId: ThreadId;
  operationId: OperationId | null;
}

/**
 * What a provider said is on the disk, but for its last `held` bytes.
 *
 * They may be the beginning of a secret, and are recorded with what follows or with the turn's
 * end. A later answer of the thread with none `held` says that they are on the disk, too.
 */
export interface IngestResult {
  sequence: number;
  threadId: ThreadId;
  held: number;
}

/** A turn was started, or asked to stop; that it is recorded, not that it is done. */
export interface TurnResult {
  sequence: number;
  threadId: ThreadId;
  turnId: TurnId;
  number: number;
}

/** A checkpoint was taken. */
export interface CheckpointResult {
  sequence: number;
  threadId: ThreadId;
  operationId: OperationId;
  checkpointId: CheckpointId;
  missing: MissingPath[];
}

/**
 * Files, or the conversation, went back; files in `conflicts` were left as they are.
 *
 * Restoring `beforeCheckpointId` undoes the restore.
 */
export interface RestoreResult {
  sequence: number;
  threadId: ThreadId;
  operationId: OperationId;
  checkpointId: CheckpointId;
  beforeCheckpointId: CheckpointId;
  restored: string[];
  conflicts: PathConflict[];
  what: RestoreScope;
  undone: TurnId[];
  redone: TurnId[];
  overwritten: PathConflict[];
}

/** A commit was made. */
export interface CommitResult {
  sequence: number;
  threadId: ThreadId;
  operationId: OperationId;
  commit: string;
  branch: string | null;
  files: string[];
}

/** A branch was pushed. */
export interface PushResult {
  sequence: number;
  threadId: ThreadId;
  operationId: OperationId;
  remote: string;
  branch: string;
  commit: string;
}

/**
 * A verdict was recorded, or `waiting` is for the end of the turn.
 *
 * Those in `conflicts` were left as they are. Restoring `beforeCheckpointId` undoes a rejection.
 */
export interface ReviewResult {
  sequence: number;
  threadId: ThreadId;
  turnId: TurnId;
  operationId: OperationId;
  hunkIds: HunkId[];
  waiting: boolean;
  conflicts: HunkConflict[];
  beforeCheckpointId: CheckpointId | null;
}

/** Every live project, and the sequence the list is true at. */
export interface ProjectList {
  projects: ProjectView[];
  sequence: number;
}

/**
 * Live threads with their newest turns, without items, and the sequence the list is true at.
 *
 * `threadsBefore` is how many more there are before the first, and what `before` has to be for the
 * next page. A thread may be younger than `sequence`, and says so by its version.
 */
export interface ThreadList {
  threads: ThreadView[];
  sequence: number;
  threadsBefore: number;
}

/**
 * A thread, and the sequence it is true at: subscribe after it to miss nothing.
 *
 * `itemsBefore` is how many items of the first turn were left out because fewer were asked for.
 */
export interface ThreadReading {
  thread: ThreadView;
  itemsBefore: number;
  sequence: number;
}

/** Checkpoints, oldest first. */
export interface CheckpointList {
  checkpoints: CheckpointView[];
}

/**
 * Exactly what restoring would do now, with the same params.
 *
 * `files` change, `conflicts` stay although the undone work changed them, `overwritten` are those
 * of `files` that others changed too. `undone` turns would no longer count in the conversation,
 * `redone` would again. `missing` is what the checkpoint does not hold.
 */
export interface RestorePreview {
  files: RestoreChange[];
  conflicts: PathConflict[];
  overwritten: PathConflict[];
  undone: TurnId[];
  redone: TurnId[];
  missing: MissingPath[];
}

/** Events in order, and the head of the log when they were read. */
export interface EventPage {
  events: StoredEvent[];
  head: number;
}

/**
 * What became of one file. `kind`: added, modified, deleted, renamed, mode.
 *
 * `patch` is a unified diff without the file header; null for binary files and where `truncated`.
 */
export interface FileChange {
  path: string;
  kind: string;
  oldPath: string | null;
  binary: boolean;
  insertions: number;
  deletions: number;
  oldMode: string | null;
  newMode: string | null;
  patch: string | null;
  truncated: boolean;
}

/** What changed, file by file: a page of `total` files; `nextOffset` is null on the last. */
export interface DiffResult {
  files: FileChange[];
  total: number;
  nextOffset: number | null;
}

/**
 * One path that differs: between commit and index (`staged`), index and disk (`unstaged`).
 *
 * Each is null or one of added, modified, deleted, renamed, mode, untracked, unmerged.
 */
export interface GitFileStatus {
  path: string;
  oldPath: string | null;
  staged: string | null;
  unstaged: string | null;
}

/**
 * The user's repository.
 *
 * `branch` is null when the head is detached, `commit` before the first commit.
 */
export interface GitStatusResult {
  branch: string | null;
  commit: string | null;
  upstream: string | null;
  ahead: number;
  behind: number;
  files: GitFileStatus[];
  total: number;
}

/**
 * A part of a value that is kept apart; `next` is null where it ends there.
 *
 * `data` is text that ends with a whole character, or base64 where the bytes are no text.
 */
export interface BlobPage {
  blobId: BlobId;
  offset: number;
  encoding: BlobEncoding;
  data: string;
  size: number;
  next: number | null;
}

/** Every provider, available or not. `problems` tells what is wrong with the lists of agents. */
export interface ProviderList {
  providers: ProviderView[];
  problems: string[];
}

/** Whether an agent is logged in now, its ways to log in, and what is left for a person. */
export interface AuthenticateResult {
  providerId: string;
  authenticated: boolean;
  methods: AuthMethod[];
  remedy: string | null;
}

/** How the server is doing. `health`: ok, or readOnly after a failed write. */
export interface ServerStatus {
  health: string;
  message: string | null;
  version: string;
  logId: string;
  sequence: number;
  runningTurns: number;
  pendingActions: number;
  clients: number;
}

/** The feed is open: events after `sequence` follow, of the log `logId`. */
export interface SubscribeResult {
  subscriptionId: SubscriptionId;
  sequence: number;
  logId: string;
}

/** The subscription is over; nothing of it is sent after this answer. */
export interface UnsubscribeResult {
  subscriptionId: SubscriptionId;
}

/** A message waits, was changed or removed; `turnId` is the turn that was started with it. */
export interface MessageResult {
  sequence: number;
  threadId: ThreadId;
  messageId: MessageId;
  turnId: TurnId | null;
}

/**
 * A message is being told to the agent, or, where not `steered`, was queued.
 *
 * An agent that does not take it after all has it queued by an event.
 */
export interface SteerResult {
  sequence: number;
  threadId: ThreadId;
  turnId: TurnId;
  messageId: MessageId;
  steered: boolean;
}

/** An action was answered. */
export interface ActionResult {
  sequence: number;
  threadId: ThreadId;
  actionId: ActionId;
  decision: Decision;
}

/** A rule was added or removed. */
export interface RuleResult {
  sequence: number;
  projectId: ProjectId;
  ruleId: RuleId;
}

/** The rules of a project, oldest first. */
export interface RuleList {
  rules: RuleView[];
}

/**
 * One change of a turn. The numbers are those of the lines themselves, counted from 1.
 *
 * `patch` shows it with a few lines around it; it is null where there is no text to show.
 */
export interface ReviewHunk {
  hunkId: HunkId;
  kind: HunkKind;
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  patch: string | null;
  status: HunkStatus;
}

/** A file that a turn changed. `kind`: added, modified, deleted, renamed, mode. */
export interface ReviewFile {
  path: string;
  oldPath: string | null;
  kind: string;
  binary: boolean;
  status: HunkStatus;
  hunks: ReviewHunk[];
}

/** The changes of a turn: a page of `total` files; `nextOffset` is null on the last. */
export interface ReviewPage {
  threadId: ThreadId;
  turnId: TurnId;
  files: ReviewFile[];
  total: number;
  nextOffset: number | null;
}

/**
 * Who last wrote a line, and why. What is not known, or is no turn's, is null.
 *
 * `path` is the file it was written in, which may have been renamed since. `decidedBy` is who
 * allowed the tool call.
 */
export interface LineExplanation {
  path: string;
  line: number;
  origin: LineOrigin;
  at: string | null;
  threadId: ThreadId | null;
  turnId: TurnId | null;
  number: number | null;
  prompt: Prompt | null;
  itemId: ItemId | null;
  toolTitle: string | null;
  actionId: ActionId | null;
  decidedBy: Decider | null;
  provider: string | null;
  model: string | null;
}

/** A worktree of a repository, the threads in it, and whether it was made for a thread. */
export interface Worktree {
  path: string;
  branch: string | null;
  commit: string | null;
  made: boolean;
  threadIds: ThreadId[];
}

/** The worktrees of a repository, the one with the repository itself first. */
export interface WorktreeList {
  worktrees: Worktree[];
}

/** What a commit would be called; null where the thread has done nothing to tell of. */
export interface ProposedMessage {
  message: string | null;
}

/**
 * Make a branch that begins at `base`, or where the repository stands, and go to it.
 *
 * With `checkout` false the files, and the branch that is checked out, stay as they are.
 */
export interface CreateBranch {
  threadId: ThreadId;
  name: string;
  base?: string | null;
  checkout?: boolean;
  commandId?: CommandId | null;
}

/**
 * Open a pull request (a merge request) for the branch that is checked out.
 *
 * The branch is pushed first where its remote lacks it, or commits of it. Without a title or a
 * body, what the thread was asked for and what the agent said last are proposed. Without a `base`
 * it is for the branch that its repository is usually merged into.
 */
export interface OpenPullRequest {
  threadId: ThreadId;
  title?: string | null;
  body?: string | null;
  base?: string | null;
  draft?: boolean;
  commandId?: CommandId | null;
}

/**
 * The branches of the thread's repository, or of the project's, the current one first.
 *
 * At most `limit` of them are told.
 */
export interface ListBranches {
  projectId?: ProjectId | null;
  threadId?: ThreadId | null;
  limit?: number;
}

/** The newest commit of a branch. `at` is when it was made. */
export interface BranchCommit {
  hash: string;
  subject: string;
  at: string;
}

/**
 * A branch. `worktree` is the folder that it is checked out in, if it is in one.
 *
 * `ahead` and `behind` count commits against `upstream`, which may be gone: then both are 0.
 */
export interface Branch {
  name: string;
  upstream: string | null;
  ahead: number;
  behind: number;
  current: boolean;
  worktree: string | null;
  lastCommit: BranchCommit;
}

/** Branches; `total` counts those too that are not told. `current` is null on no branch. */
export interface BranchList {
  current: string | null;
  branches: Branch[];
  total: number;
}

/** A branch was made, and begins at `commit`. */
export interface BranchResult {
  sequence: number;
  threadId: ThreadId;
  operationId: OperationId;
  branch: string;
  commit: string;
  checkedOut: boolean;
}

/**
 * A pull request is open at `url`.
 *
 * Where it was open before (`existing`), its title and body are as they were.
 */
export interface PullRequestResult {
  sequence: number;
  threadId: ThreadId;
  operationId: OperationId;
  url: string;
  branch: string;
  title: string;
  existing: boolean;
}

/**
 * What became of an operation that was to be stopped.
 *
 * - `cancelled`: It was stopped, and failed with `operation.cancelled`.
 * - `tooLate`: It has ended by itself, or can only be finished; its own event says what came of it.
 * - `nothing`: Nothing is under way in the thread.
 */
export type CancelOutcome =
  | "cancelled"
  | "tooLate"
  | "nothing";

/** Stop the operation that is under way in a thread; with an id, that one and no other. */
export interface CancelOperation {
  threadId: ThreadId;
  operationId?: OperationId | null;
}

/** What became of it. `operationId` is null where nothing was under way. */
export interface CancelResult {
  threadId: ThreadId;
  operationId: OperationId | null;
  outcome: CancelOutcome;
  sequence: number;
}

/**
 * Events of a subscription, in order, none missing.
 *
 * `through` is the sequence the subscription has come to: subscribe again after it to go on.
 */
export interface EventsAppended {
  subscriptionId: SubscriptionId;
  through: number;
  events: StoredEvent[];
}

/**
 * A live fragment of text, before it is recorded. It may be dropped and is never in the log.
 *
 * `offset` and `end` count UTF-8 bytes of the item's text: drop what ends at or before what you
 * have, read the thread again where there is a gap.
 */
export interface TurnDelta {
  threadId: ThreadId;
  turnId: TurnId;
  itemId: ItemId;
  kind: ItemKind;
  offset: number;
  end: number;
  text: string;
}

/**
 * What a program says while an operation runs it: a hook, git, a set-up command.
 *
 * `stream` is `stdout` or `stderr`. It may be dropped and is never in the log.
 */
export interface OperationProgress {
  threadId: ThreadId;
  operationId: OperationId;
  stream: string;
  text: string;
}

/**
 * The subscription is over: subscribe again after `after`.
 *
 * The client was too slow, or its server was lost and another has taken its place.
 */
export interface EventsResync {
  subscriptionId: SubscriptionId;
  after: number;
}

/**
 * The server's health changed: ok, or readOnly after a failed write.
 *
 * `message` says what to do.
 */
export interface ServerStatusChanged {
  health: string;
  message: string | null;
}

/**
 * The numbers of JSON-RPC and of the Language Server Protocol 3.17.
 *
 * - `-32801`: A cursor or a base is stale: read again.
 * - `-32803`: Refused, unavailable, or failed outside.
 */
export type ErrorCode =
  | -32700
  | -32600
  | -32601
  | -32602
  | -32603
  | -32002
  | -32800
  | -32801
  | -32803;

/**
 * Every `kind` that is not a rejection's.
 *
 * - `json.invalid`: The message is not JSON in UTF-8.
 * - `request.invalid`: The message is JSON, but no request that can be taken.
 * - `message.tooLarge`: The message is longer than the server takes; it was not read.
 * - `method.notFound`: There is no such method.
 * - `params.invalid`: The params do not fit; `details.problems` lists where and why.
 * - `server.notInitialized`: A request came before `initialize` was answered.
 * - `server.shuttingDown`: A request came after `shutdown`, or the server stopped before the answer.
 * - `server.lost`: The server died or was stopped before the answer; the log tells what became of it.
 * - `request.cancelled`: The client cancelled the request; what was recorded stays recorded.
 * - `cursor.stale`: The cursor names history that this log does not have.
 * - `unavailable`: Something that is needed is not there: a program, a place, room.
 * - `external.failed`: An agent or another program failed; the message holds its own words.
 * - `store.failed`: The log cannot be written or read; `details.reference` is in the log file.
 * - `server.bug`: A fault of the server; `details.reference` is in the log file.
 * - `blob.notFound`: No value is kept under this hash.
 * - `subscription.notFound`: This client has no such subscription.
 * - `checkpoint.failed`: The files could not be kept.
 * - `checkpoint.tooLate`: The files could not be kept in time.
 * - `checkpoint.busy`: The folder was busy with other checkpoints for too long.
 * - `checkpoint.incomplete`: The files as they are now could not be kept whole, so nothing was restored over them.
 * - `checkpoint.notStored`: The disk where checkpoints are kept is full, or cannot be written to.
 * - `workspace.notAFolder`: The project's folder is not there, is no folder, or cannot be entered.
 * - `restore.failed`: The files could not be brought back.
 * - `review.fileNotFound`: The turn did not change this file.
 * - `review.hunkNotFound`: The turn made no such change.
 * - `worktree.notFound`: There is no such worktree of this repository.
 * - `worktree.branchExists`: The branch that was to be begun from a base is there already.
 * - `worktree.copyFailed`: A file could not be copied into the worktree.
 * - `worktree.setupFailed`: A set-up command failed; the message holds the end of what it said.
 * - `worktree.dirty`: Something in the worktree is not committed.
 * - `worktree.detached`: The worktree is on no branch, so its commits could be lost.
 * - `worktree.mounted`: Something is mounted in the worktree from elsewhere.
 * - `git.badBranch`: This cannot be the name of a branch.
 * - `git.branchExists`: There is a branch of this name already.
 * - `git.wouldOverwrite`: Going to the branch would overwrite files that are not committed.
 * - `git.noBranch`: No branch is checked out, or it has no commit.
 * - `pullRequest.noProgram`: Neither `gh` nor `glab` is installed that could open it there.
 * - `pullRequest.needsLogin`: The program that opens pull requests is not logged in.
 * - `pullRequest.failed`: The pull request was not opened; the message holds the program's own words.
 * - `git.noSuchCommit`: There is no such branch, tag or commit.
 * - `file.noSuchLine`: There is no such file, or it has not so many lines, or git ignores it.
 * - `operation.lost`: The server stopped while the work was under way.
 * - `operation.cancelled`: A client had the work stopped; there is a remedy where it is not known what it leaves.
 * - `git.missing`: There is no git, or it is too old.
 * - `git.failed`: Git failed; the message holds its own words.
 * - `git.notARepository`: The folder is in no repository.
 * - `git.nothingToCommit`: Nothing has changed.
 * - `git.hookFailed`: A hook of the user's refused; the message holds its words.
 * - `git.noIdentity`: Git does not know who commits.
 * - `git.noRemote`: The branch has nowhere to go.
 * - `git.rejected`: The remote did not take the push.
 * - `git.locked`: Another git works in the repository.
 * - `git.timedOut`: Git did not finish in time and was stopped.
 */
export type FailureKind =
  | "json.invalid"
  | "request.invalid"
  | "message.tooLarge"
  | "method.notFound"
  | "params.invalid"
  | "server.notInitialized"
  | "server.shuttingDown"
  | "server.lost"
  | "request.cancelled"
  | "cursor.stale"
  | "unavailable"
  | "external.failed"
  | "store.failed"
  | "server.bug"
  | "blob.notFound"
  | "subscription.notFound"
  | "checkpoint.failed"
  | "checkpoint.tooLate"
  | "checkpoint.busy"
  | "checkpoint.incomplete"
  | "checkpoint.notStored"
  | "workspace.notAFolder"
  | "restore.failed"
  | "review.fileNotFound"
  | "review.hunkNotFound"
  | "worktree.notFound"
  | "worktree.branchExists"
  | "worktree.copyFailed"
  | "worktree.setupFailed"
  | "worktree.dirty"
  | "worktree.detached"
  | "worktree.mounted"
  | "git.badBranch"
  | "git.branchExists"
  | "git.wouldOverwrite"
  | "git.noBranch"
  | "pullRequest.noProgram"
  | "pullRequest.needsLogin"
  | "pullRequest.failed"
  | "git.noSuchCommit"
  | "file.noSuchLine"
  | "operation.lost"
  | "operation.cancelled"
  | "git.missing"
  | "git.failed"
  | "git.notARepository"
  | "git.nothingToCommit"
  | "git.hookFailed"
  | "git.noIdentity"
  | "git.noRemote"
  | "git.rejected"
  | "git.locked"
  | "git.timedOut";

/**
 * The `data` of an error response.
 *
 * `details` are the rejection's own fields, or `problems`, or `reference`.
 */
export interface ErrorContent {
  kind: string;
  message: string;
  retryable: boolean;
  remedy: string | null;
  details: JsonValue;
}

/** The id names no live project. */
export interface ProjectNotFoundDetails {
  projectId: ProjectId;
}

/** The id was given to a project before, perhaps one deleted since. */
export interface ProjectIdUsedDetails {
  projectId: ProjectId;
}

/** The folder, after resolving links, is the root of a live project; `projectId` names it. */
export interface ProjectRootInUseDetails {
  root: string;
  projectId: ProjectId;
}

/** The path cannot be a project's folder. `reason` completes «the folder …». */
export interface ProjectRootUnusableDetails {
  root: string;
  reason: string;
}

/** A thread of the project runs, waits for approval, or has an operation under way. */
export interface ProjectHasRunningThreadsDetails {
  projectId: ProjectId;
  threadIds: ThreadId[];
}

/** A title must have something to read. */
export type TitleBlankDetails = Record<string, never>;

/** The id names no live thread. */
export interface ThreadNotFoundDetails {
  threadId: ThreadId;
}

/** The id was given to a thread before, perhaps one deleted since. */
export interface ThreadIdUsedDetails {
  threadId: ThreadId;
}

/** An archived thread takes no turns. */
export interface ThreadArchivedDetails {
  threadId: ThreadId;
}

/** No action of the thread waits for an answer. */
export interface ThreadNotAwaitingApprovalDetails {
  threadId: ThreadId;
}

/** No provider has this id. */
export interface ProviderUnknownDetails {
  provider: string;
}

/** The provider's program is not there, so a turn could only fail. */
export interface ProviderNotAvailableDetails {
  provider: string;
  reason: string;
  install: string | null;
}

/** The agent has said that it needs a log-in, and nothing is known to have changed since. */
export interface ProviderNeedsLoginDetails {
  provider: string;
  reason: string;
  how: string;
}

/** The agent offers no such way to log in. */
export interface LoginMethodUnknownDetails {
  provider: string;
  method: string;
  known: string[];
}

/** Clients speak for the provider `host` only; every other is driven by the server. */
export interface ProviderNotHostDetails {
  threadId: ThreadId;
  provider: string;
}

/** The provider cannot keep what this mode promises. */
export interface ModeNotSupportedDetails {
  provider: string;
  mode: string;
}

/** The thread has a turn in progress. */
export interface TurnInProgressDetails {
  threadId: ThreadId;
  turnId: TurnId;
}

/** The thread has no turn that this could belong to. */
export interface TurnNotInProgressDetails {
  threadId: ThreadId;
}

/** The turn in progress is not the one that was named. */
export interface TurnMismatchDetails {
  threadId: ThreadId;
  turnId: TurnId;
  inProgress: TurnId;
}

/** The id belongs to a turn with another prompt. */
export interface TurnIdUsedDetails {
  turnId: TurnId;
}

/** The thread has no such turn. */
export interface TurnNotFoundDetails {
  threadId: ThreadId;
  turnId: TurnId;
}

/** A prompt must ask something. */
export type PromptEmptyDetails = Record<string, never>;

/** The prompt is longer than can be taken; `what` says of what, and both are counted in that. */
export interface PromptTooLargeDetails {
  size: number;
  limit: number;
  what: string;
}

/** The agent takes no content of this type. */
export interface PromptNotSupportedDetails {
  provider: string;
  content: string;
}

/** The thread's agent offers no such option. */
export interface OptionUnknownDetails {
  optionId: string;
  known: string[];
}

/** The option cannot have this value. */
export interface OptionValueUnknownDetails {
  optionId: string;
  value: OptionValue;
  known: string[];
}

/** The option is one that has a field of its own. */
export interface OptionReservedDetails {
  optionId: string;
  field: string;
}

/** A server of the Model Context Protocol is not described as it must be. */
export interface McpInvalidDetails {
  server: string;
  problem: string;
}

/** The thread's turns have used what they may. */
export interface BudgetSpentDetails {
  threadId: ThreadId;
}

/** No such message waits in the thread; without an id, none waits at all. */
export interface MessageNotFoundDetails {
  threadId: ThreadId;
  messageId: MessageId | null;
}

/** The id belongs to another message of the thread, or to one that was removed. */
export interface MessageIdUsedDetails {
  messageId: MessageId;
}

/** The message is on its way to the agent, which is asked whether it takes it. */
export interface MessageBeingSentDetails {
  messageId: MessageId;
}

/** As many messages wait as may. */
export interface QueueFullDetails {
  threadId: ThreadId;
  limit: number;
}

/** The thread never had this action. */
export interface ActionNotFoundDetails {
  threadId: ThreadId;
  actionId: ActionId;
}

/** A provider asked twice under one id. */
export interface ActionIdUsedDetails {
  actionId: ActionId;
}

/** Somebody was first: `by` says who, `decision` how. */
export interface ActionAlreadyResolvedDetails {
  actionId: ActionId;
  decision: Decision;
  by: Decider;
}

/** What was answered is not what the question asks for; `problems` says it field by field. */
export interface ActionAnswersInvalidDetails {
  actionId: ActionId;
  problems: AnswerProblem[];
}

/** The agent offered no option of the kind that the answer needs. */
export interface ActionHasNoSuchOptionDetails {
  actionId: ActionId;
}

/** What may be asked next could not be told from this: only this once can be allowed. */
export interface ActionScopeNotAvailableDetails {
  actionId: ActionId;
  scope: Scope;
}

/** The project has no such rule. */
export interface RuleNotFoundDetails {
  projectId: ProjectId;
  ruleId: RuleId;
}

/** The id was given to another rule of the project, perhaps one removed since. */
export interface RuleIdUsedDetails {
  ruleId: RuleId;
}

/** A rule must say which actions it is about. */
export type RuleEmptyDetails = Record<string, never>;

/** A rule names the first words of one command; `reason` completes «it …». */
export interface RuleCommandUnusableDetails {
  command: string;
  reason: string;
}

/** The id names no checkpoint. */
export interface CheckpointNotFoundDetails {
  checkpointId: CheckpointId;
}

/** The checkpoint belongs to another thread. */
export interface CheckpointOfAnotherThreadDetails {
  checkpointId: CheckpointId;
  threadId: ThreadId;
}

/** The checkpoint's files are no longer kept. */
export interface CheckpointExpiredDetails {
  checkpointId: CheckpointId;
}

/** Workspace work of the thread is under way. */
export interface OperationInProgressDetails {
  threadId: ThreadId;
  operation: string;
}

/** The operation that is under way is not the one that was named. */
export interface OperationMismatchDetails {
  threadId: ThreadId;
  operationId: OperationId;
  inProgress: OperationId;
}

/** Work of this kind is short, and is always done to its end. */
export interface OperationNotCancellableDetails {
  threadId: ThreadId;
  operation: string;
}

/** A turn works in the folder that would be restored. */
export interface WorkspaceBusyDetails {
  root: string;
  threadId: ThreadId;
}

/** A checkpoint is found again by its description. */
export type DescriptionBlankDetails = Record<string, never>;

/** Either a project or a thread says which folder is meant. */
export type FolderNotNamedDetails = Record<string, never>;

/** The worktree was taken away. */
export interface WorktreeIsRemovedDetails {
  threadId: ThreadId;
}

/** The thread works in the project's folder. */
export interface WorktreeNoneDetails {
  threadId: ThreadId;
}

/** The worktree was there before the thread. */
export interface WorktreeNotMadeDetails {
  path: string;
}

/** The worktree is there. */
export interface WorktreePresentDetails {
  threadId: ThreadId;
}

/** Other threads work there too. */
export interface WorktreeSharedDetails {
  threadIds: ThreadId[];
}

/** A worktree is either one that is there, or a new one with a branch. */
export type WorktreeUnclearDetails = Record<string, never>;

/** A commit needs a message. */
export type MessageBlankDetails = Record<string, never>;

/** A pull request needs a title. */
export type PullRequestTitleBlankDetails = Record<string, never>;

/** A verdict is on some change at least. */
export type NothingChosenDetails = Record<string, never>;

/** A path leads out of the project's folder. */
export interface PathOutsideWorkspaceDetails {
  path: string;
}

/** A conversation goes back as a whole: paths choose among files. */
export type PathsWithoutFilesDetails = Record<string, never>;

/** The command id came with another command before. */
export interface CommandIdReusedDetails {
  commandId: CommandId;
}

/** The `details` of each kind of refusal. */
export interface RejectionDetails {
  "project.notFound": ProjectNotFoundDetails;
  "project.idUsed": ProjectIdUsedDetails;
  "project.rootInUse": ProjectRootInUseDetails;
  "project.rootUnusable": ProjectRootUnusableDetails;
  "project.hasRunningThreads": ProjectHasRunningThreadsDetails;
  "title.blank": TitleBlankDetails;
  "thread.notFound": ThreadNotFoundDetails;
  "thread.idUsed": ThreadIdUsedDetails;
  "thread.archived": ThreadArchivedDetails;
  "thread.notAwaitingApproval": ThreadNotAwaitingApprovalDetails;
  "provider.unknown": ProviderUnknownDetails;
  "provider.notAvailable": ProviderNotAvailableDetails;
  "provider.needsLogin": ProviderNeedsLoginDetails;
  "login.methodUnknown": LoginMethodUnknownDetails;
  "provider.notHost": ProviderNotHostDetails;
  "mode.notSupported": ModeNotSupportedDetails;
  "turn.inProgress": TurnInProgressDetails;
  "turn.notInProgress": TurnNotInProgressDetails;
  "turn.mismatch": TurnMismatchDetails;
  "turn.idUsed": TurnIdUsedDetails;
  "turn.notFound": TurnNotFoundDetails;
  "prompt.empty": PromptEmptyDetails;
  "prompt.tooLarge": PromptTooLargeDetails;
  "prompt.notSupported": PromptNotSupportedDetails;
  "option.unknown": OptionUnknownDetails;
  "option.valueUnknown": OptionValueUnknownDetails;
  "option.reserved": OptionReservedDetails;
  "mcp.invalid": McpInvalidDetails;
  "budget.spent": BudgetSpentDetails;
  "message.notFound": MessageNotFoundDetails;
  "message.idUsed": MessageIdUsedDetails;
  "message.beingSent": MessageBeingSentDetails;
  "queue.full": QueueFullDetails;
  "action.notFound": ActionNotFoundDetails;
  "action.idUsed": ActionIdUsedDetails;
  "action.alreadyResolved": ActionAlreadyResolvedDetails;
  "action.answersInvalid": ActionAnswersInvalidDetails;
  "action.noSuchOption": ActionHasNoSuchOptionDetails;
  "action.scopeNotAvailable": ActionScopeNotAvailableDetails;
  "rule.notFound": RuleNotFoundDetails;
  "rule.idUsed": RuleIdUsedDetails;
  "rule.empty": RuleEmptyDetails;
  "rule.commandUnusable": RuleCommandUnusableDetails;
  "checkpoint.notFound": CheckpointNotFoundDetails;
  "checkpoint.ofAnotherThread": CheckpointOfAnotherThreadDetails;
  "checkpoint.expired": CheckpointExpiredDetails;
  "operation.inProgress": OperationInProgressDetails;
  "operation.mismatch": OperationMismatchDetails;
  "operation.notCancellable": OperationNotCancellableDetails;
  "workspace.busy": WorkspaceBusyDetails;
  "checkpoint.descriptionBlank": DescriptionBlankDetails;
  "folder.notNamed": FolderNotNamedDetails;
  "worktree.removed": WorktreeIsRemovedDetails;
  "worktree.none": WorktreeNoneDetails;
  "worktree.notMade": WorktreeNotMadeDetails;
  "worktree.present": WorktreePresentDetails;
  "worktree.shared": WorktreeSharedDetails;
  "worktree.unclear": WorktreeUnclearDetails;
  "git.messageBlank": MessageBlankDetails;
  "pullRequest.titleBlank": PullRequestTitleBlankDetails;
  "review.nothingChosen": NothingChosenDetails;
  "path.outside": PathOutsideWorkspaceDetails;
  "restore.pathsWithoutFiles": PathsWithoutFilesDetails;
  "command.idReused": CommandIdReusedDetails;
}

export type RejectionKind = keyof RejectionDetails;

export type ErrorKind = RejectionKind | FailureKind;

/** What a client may ask, and what it is answered. */
export interface Requests {
  /** Make a project of a folder. */
  "project/create": { params: CreateProject; result: ProjectResult };
  /** Change a project's title or defaults. */
  "project/configure": { params: ConfigureProject; result: ProjectResult };
  /** Delete a project and its threads; its folder is not touched. */
  "project/delete": { params: DeleteProject; result: ProjectResult };
  /** Open a conversation in a project. */
  "thread/create": { params: CreateThread; result: ThreadResult };
  /** Change a thread's title, model, mode or archive flag. */
  "thread/configure": { params: ConfigureThread; result: ThreadResult };
  /** Delete a thread. */
  "thread/delete": { params: DeleteThread; result: ThreadResult };
  /** Ask the thread's agent for something. */
  "turn/start": { params: StartTurn; result: TurnResult };
  /** Ask for something when it is its turn, or at once where nothing is before it. */
  "turn/queue": { params: QueueMessage; result: MessageResult };
  /** Tell the agent something while it is at work, or queue it where that cannot be. */
  "turn/steer": { params: SteerTurn; result: SteerResult };
  /** Say something else in a message that waits. */
  "message/edit": { params: EditMessage; result: MessageResult };
  /** Take a message out of the queue. */
  "message/remove": { params: RemoveMessage; result: MessageResult };
  /** Move a message that waits before another one, or to the end. */
  "message/move": { params: MoveMessage; result: MessageResult };
  /** Start a message that waits, or the first one, now. */
  "message/send": { params: SendMessage; result: MessageResult };
  /** Stop the turn in progress; what it has done stays. */
  "turn/interrupt": { params: InterruptTurn; result: TurnResult };
  /** Allow what an agent asked for. */
  "action/approve": { params: ApprovePendingAction; result: ActionResult };
  /** Refuse what an agent asked for; the turn goes on. */
  "action/reject": { params: RejectPendingAction; result: ActionResult };
  /** Have a rule settle what agents ask for in a project. */
  "rule/add": { params: AddRule; result: RuleResult };
  /** Take a rule back; what it has settled stays settled. */
  "rule/remove": { params: RemoveRule; result: RuleResult };
  /** Take in what a provider says, from a host that runs the agent itself. */
  "provider/ingest": { params: IngestProviderEvent; result: IngestResult };
  /** Keep the workspace's files as they are now. */
  "checkpoint/create": { params: CreateCheckpoint; result: CheckpointResult };
  /** Undo what this thread did after a checkpoint, and nothing else. */
  "checkpoint/restore": { params: RestoreCheckpoint; result: RestoreResult };
  /** Commit in the user's repository, with their hooks and identity. */
  "git/commit": { params: CommitChanges; result: CommitResult };
  /** Push the user's branch. */
  "git/push": { params: PushChanges; result: PushResult };
  /** Stop the work on the files or in the repository that is under way in a thread. */
  "operation/cancel": { params: CancelOperation; result: CancelResult };
  /** Make a branch in the user's repository, and go to it. */
  "git/createBranch": { params: CreateBranch; result: BranchResult };
  /** Open a pull request for the user's branch, through `gh` or `glab`. */
  "git/pullRequest": { params: OpenPullRequest; result: PullRequestResult };
  /** The branches of the user's repository. */
  "git/branches": { params: ListBranches; result: BranchList };
  /** Say that changes of a turn are good. */
  "review/accept": { params: AcceptChanges; result: ReviewResult };
  /** Take changes of a turn back where they still stand, and tell the agent. */
  "review/reject": { params: RejectChanges; result: ReviewResult };
  /** What a turn changed, change by change, and how each stands. */
  "review/get": { params: ReadReview; result: ReviewPage };
  /** Why a line is there: the turn, its prompt, the tool call and who allowed it. */
  "why/line": { params: ExplainLine; result: LineExplanation };
  /** Take away the worktree that was made for a thread, if nothing in it is uncommitted. */
  "worktree/remove": { params: RemoveWorktree; result: ThreadResult };
  /** Bring back a worktree that was taken away. */
  "worktree/restore": { params: RestoreWorktree; result: ThreadResult };
  /** The worktrees of a project's repository. */
  "worktree/list": { params: ListWorktrees; result: WorktreeList };
  /** Every live project. */
  "project/list": { params: ListProjects; result: ProjectList };
  /** The rules of a project. */
  "rule/list": { params: ListRules; result: RuleList };
  /** Live threads, each with its newest turns, without items. */
  "thread/list": { params: ListThreads; result: ThreadList };
  /** One thread, whole or by pages of turns. */
  "thread/read": { params: ReadThread; result: ThreadReading };
  /** The checkpoints of a thread. */
  "checkpoint/list": { params: ListCheckpoints; result: CheckpointList };
  /** What changed in the files since a checkpoint. */
  "checkpoint/diff": { params: ReadCheckpointDiff; result: DiffResult };
  /** Exactly what restoring a checkpoint would do now. */
  "checkpoint/preview": { params: PreviewRestore; result: RestorePreview };
  /** A page of the log. */
  "events/read": { params: ReadEvents; result: EventPage };
  /** What changed in the files during a turn. */
  "turn/diff": { params: ReadTurnDiff; result: DiffResult };
  /** What the user's repository says of the folder. */
  "git/status": { params: ReadGitStatus; result: GitStatusResult };
  /** A message for a commit of what the thread has done. */
  "git/proposeMessage": { params: ProposeMessage; result: ProposedMessage };
  /** The user's uncommitted changes. */
  "git/diff": { params: ReadGitDiff; result: DiffResult };
  /** A page of a value that is kept apart. */
  "blob/read": { params: ReadBlob; result: BlobPage };
  /** Every kind of agent. */
  "provider/list": { params: ListProviders; result: ProviderList };
  /** Log an agent in by a method of its own, or see whether it is logged in. */
  "provider/authenticate": { params: Authenticate; result: AuthenticateResult };
  /** How the server is doing. */
  "server/status": { params: ReadServerStatus; result: ServerStatus };
  /** Every event after a sequence, from history into live. */
  "events/subscribe": { params: SubscribeEvents; result: SubscribeResult };
  /** End a subscription. */
  "events/unsubscribe": { params: UnsubscribeEvents; result: UnsubscribeResult };
}

export const REQUEST_METHODS: readonly (keyof Requests)[] = [
  "project/create",
  "project/configure",
  "project/delete",
  "thread/create",
  "thread/configure",
  "thread/delete",
  "turn/start",
  "turn/queue",
  "turn/steer",
  "message/edit",
  "message/remove",
  "message/move",
  "message/send",
  "turn/interrupt",
  "action/approve",
  "action/reject",
  "rule/add",
  "rule/remove",
  "provider/ingest",
  "checkpoint/create",
  "checkpoint/restore",
  "git/commit",
  "git/push",
  "operation/cancel",
  "git/createBranch",
  "git/pullRequest",
  "git/branches",
  "review/accept",
  "review/reject",
  "review/get",
  "why/line",
  "worktree/remove",
  "worktree/restore",
  "worktree/list",
  "project/list",
  "rule/list",
  "thread/list",
  "thread/read",
  "checkpoint/list",
  "checkpoint/diff",
  "checkpoint/preview",
  "events/read",
  "turn/diff",
  "git/status",
  "git/proposeMessage",
  "git/diff",
  "blob/read",
  "provider/list",
  "provider/authenticate",
  "server/status",
  "events/subscribe",
  "events/unsubscribe",
];

/** What the server sends by itself. */
export interface Notifications {
  /** Events of a subscription, in order. */
  "events/appended": { params: EventsAppended };
  /** A live fragment of text. */
  "turn/delta": { params: TurnDelta };
  /** What a program says at work. */
  "operation/progress": { params: OperationProgress };
  /** A subscription is over: subscribe again. */
  "events/resync": { params: EventsResync };
  /** The server's health changed. */
  "server/statusChanged": { params: ServerStatusChanged };
}

export const NOTIFICATION_METHODS: readonly (keyof Notifications)[] = [
  "events/appended",
  "turn/delta",
  "operation/progress",
  "events/resync",
  "server/statusChanged",
];
