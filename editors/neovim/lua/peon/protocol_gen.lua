-- Written by protocol/generate.py from the data classes: edit those, then run `make generate`.
-- A member that is null on the wire is `nil` here, or `vim.NIL` where the decoder keeps it.

---@alias peon.ProjectId string

---@alias peon.ThreadId string

---@alias peon.TurnId string

---@alias peon.ItemId string

---@alias peon.ActionId string

---@alias peon.CheckpointId string

---@alias peon.OperationId string

---@alias peon.SessionId string

---@alias peon.SubscriptionId string

---@alias peon.CommandId string

---@alias peon.ProviderId string

---@alias peon.EventId string

---@alias peon.StreamId string

---@alias peon.BlobId string

---@alias peon.HunkId string

---@alias peon.MessageId string

---@alias peon.RuleId string

--- Any JSON. Only for what an agent says about its own tools: kept, and never interpreted.
---@alias peon.JsonValue any

--- A content block as the Agent Client Protocol 1 defines it, without `annotations` and `Meta`.
---@alias peon.ContentBlock peon.TextContent|peon.ImageContent|peon.AudioContent|peon.ResourceLink|peon.EmbeddedResource

--- What a tool call shows: a content block, or where a large one is kept.
---@alias peon.ItemContent peon.TextContent|peon.ImageContent|peon.AudioContent|peon.ResourceLink|peon.EmbeddedResource|peon.StoredContent

--- What a user asks: plain text, or content blocks. Kept as it was typed.
---@alias peon.Prompt string|peon.ContentBlock[]

--- A slow piece of workspace work: first its intent is recorded, then its outcome.
---@alias peon.Operation peon.CheckpointOperation|peon.TurnEndOperation|peon.RestoreOperation|peon.CommitOperation|peon.PushOperation|peon.CreateBranchOperation|peon.PullRequestOperation|peon.ReviewOperation|peon.WorktreeOperation|peon.WorktreeRemoveOperation|peon.WorktreeRestoreOperation

--- What an option is set to: a choice's `value`, or true or false.
---@alias peon.OptionValue boolean|string

--- What a provider says, told apart by `type`.
---@alias peon.ProviderEvent peon.ProviderSessionStarted|peon.ProviderSessionEnded|peon.ProviderTextDelta|peon.ProviderReasoningDelta|peon.ProviderToolCallUpdated|peon.ProviderPlanReplaced|peon.ProviderActionRequested|peon.ProviderActionWithdrawn|peon.ProviderUsageReported|peon.ProviderModeChanged|peon.ProviderSessionConfigured|peon.ProviderTurnEnded|peon.ProviderError

--- What an agent may do in a thread without asking.
---@alias peon.Mode
---| "plan" # Nothing may change.
---| "ask" # Everything that changes something asks. The default.
---| "edits" # Edits inside the workspace pass; commands ask.
---| "full" # Nothing asks.

--- What a thread is doing.
---@alias peon.ThreadStatus
---| "idle"
---| "running"
---| "awaitingApproval"

--- How far a turn has come.
---@alias peon.TurnStatus
---| "running"
---| "completed"
---| "interrupted"
---| "failed"

--- Why an agent stopped. All but the last are the agent's own word.
---@alias peon.StopReason
---| "endTurn"
---| "maxTokens"
---| "maxTurnRequests"
---| "refusal"
---| "cancelled"
---| "interrupted" # The server stopped, or lost the agent, while the turn was running.

--- What an item inside a turn is.
---@alias peon.ItemKind
---| "message"
---| "reasoning"
---| "toolCall"
---| "plan"
---| "userMessage" # What a user said while the agent was at work, and the agent took.

--- How far an item has come.
---@alias peon.ItemStatus
---| "streaming"
---| "awaitingApproval"
---| "running"
---| "completed"
---| "failed"
---| "cancelled"

--- What a tool does; the vocabulary of the Agent Client Protocol.
---@alias peon.ToolKind
---| "read"
---| "edit"
---| "delete"
---| "move"
---| "search"
---| "execute"
---| "think"
---| "fetch"
---| "switchMode"
---| "other"
---| "question" # No tool: the agent wants to know something.

--- What choosing an option of an action means.
---@alias peon.OptionKind
---| "allowOnce"
---| "allowAlways"
---| "rejectOnce"
---| "rejectAlways"

--- What became of an action.
---@alias peon.Decision
---| "approved"
---| "rejected"
---| "withdrawn"

--- How far an approval reaches.
---@alias peon.Scope
---| "once"
---| "session"
---| "always"

--- What a rule says of the actions it is about; deny wins over ask, ask over allow.
---@alias peon.RuleVerdict
---| "allow"
---| "ask"
---| "deny"

--- What settled an action.
---@alias peon.DeciderKind
---| "user"
---| "rule"
---| "session" # An earlier approval for the session; the name is that action's id.
---| "mode"
---| "agent" # The agent withdrew its own request.
---| "turnEnd"

--- Why a checkpoint was taken.
---@alias peon.CheckpointKind
---| "turnStart"
---| "turnEnd"
---| "manual"
---| "beforeRestore"

--- What a restore does with paths that somebody else changed too.
---@alias peon.ConflictChoice
---| "keep"
---| "overwrite"

--- What goes back to a checkpoint.
---@alias peon.RestoreScope
---| "files"
---| "conversation"
---| "both"

--- What a restore does to a path.
---@alias peon.RestoreChangeKind
---| "create"
---| "write"
---| "delete"
---| "mode"

--- Who caused an event.
---@alias peon.ActorKind
---| "client"
---| "agent"
---| "server"

--- Who gave a thread its title.
---@alias peon.TitleSource
---| "user"
---| "agent"
---| "server"

--- How an agent's session came to be.
---@alias peon.SessionOrigin
---| "fresh" # It is new, and so is the conversation.
---| "resumed" # The agent went on with the session it had.
---| "loaded" # The agent read the session it had again, from its beginning.
---| "retold" # It is new, and the agent is told as text what was said before.

--- How one logs in to an agent.
---@alias peon.LoginKind
---| "agent" # The agent sees to it when it is told to; it may open the user's browser.
---| "terminal" # A command that asks in a terminal.
---| "env" # Variables that the agent reads when it starts.

--- How much a plan's entry matters.
---@alias peon.PlanPriority
---| "high"
---| "medium"
---| "low"

--- How far a plan's entry has come.
---@alias peon.PlanStatus
---| "pending"
---| "inProgress"
---| "completed"

--- How bytes stand in a page of a value.
---@alias peon.BlobEncoding
---| "text" # As they are: they are UTF-8.
---| "base64"

--- Why an event's contents are gone.
---@alias peon.ErasureReason
---| "threadDeleted" # Its thread was deleted, long enough ago.
---| "lost" # It could not be read any more when a damaged log was salvaged.

--- A piece of text.
---@class (exact) peon.TextContent
---@field type "text"
---@field text string

--- An image, base64-encoded.
---@class (exact) peon.ImageContent
---@field type "image"
---@field data string
---@field mimeType string
---@field uri? string

--- A sound, base64-encoded.
---@class (exact) peon.AudioContent
---@field type "audio"
---@field data string
---@field mimeType string

--- A pointer to something the agent can read by itself.
---@class (exact) peon.ResourceLink
---@field type "resource_link"
---@field uri string
---@field name string
---@field mimeType? string
---@field title? string
---@field description? string
---@field size? integer

--- The contents of a resource: `text`, or `blob` in base64.
---@class (exact) peon.ResourceContents
---@field uri string
---@field mimeType? string
---@field text? string
---@field blob? string

--- A resource with its contents.
---@class (exact) peon.EmbeddedResource
---@field type "resource"
---@field resource peon.ResourceContents

--- A value over 64 KiB, kept apart under the hash of its bytes: read it with `blob/read`.
---
--- `size` counts its bytes, `preview` is how its text begins. It stands for the contents of the
--- block of which it took the place; of JSON, `mimeType` is `application/json`.
---@class (exact) peon.StoredContent
---@field type "stored"
---@field blobId peon.BlobId
---@field size integer
---@field mimeType? string
---@field preview? string
---@field uri? string

--- A text over 64 KiB, kept apart: read it with `blob/read`. `size` counts its bytes.
---@class (exact) peon.StoredText
---@field blobId peon.BlobId
---@field size integer

--- How an agent speaks to a server.
---@alias peon.McpTransport
---| "stdio" # It starts `command` and speaks to it.
---| "http" # It calls `url`.
---| "sse" # It listens at `url`; the older way.

--- A server that an agent's session is given: a program to start, or an address to call.
---
--- Without a `transport` it is `stdio` where there is a command, and else `http`. In `command`,
--- `args`, `url` and the values of `env` and `headers`, `${env:NAME}` stands for a variable of the
--- client's environment, which is read when a session is opened and written nowhere. A secret must
--- stand there in this way.
---@class (exact) peon.McpServer
---@field name string
---@field command? string
---@field args? string[]
---@field env? table<string, string>
---@field url? string
---@field headers? table<string, string>
---@field transport? peon.McpTransport

--- Whether a session was given a server of its thread, and if not, why.
---@class (exact) peon.SessionServer
---@field name string
---@field given boolean
---@field reason? string

--- Who caused an event: the kind, and the name it gave itself.
---@class (exact) peon.Actor
---@field kind peon.ActorKind
---@field name string

--- What a tool call does to one file. `oldText` is null where the file is new.
---
--- Of a text that is kept apart only the beginning stands here.
---@class (exact) peon.FileEdit
---@field path string
---@field newText string
---@field oldText? string
---@field newStored? peon.StoredText
---@field oldStored? peon.StoredText

--- A place in a file; lines count from 1.
---@class (exact) peon.Location
---@field path string
---@field line? integer

--- One line of an agent's plan.
---@class (exact) peon.PlanEntry
---@field content string
---@field priority? peon.PlanPriority
---@field status? peon.PlanStatus

--- Text added to an item. `offset` and `end` count UTF-8 bytes of the whole text of the item.
---@class (exact) peon.TextAppend
---@field offset integer
---@field end integer
---@field text string

--- What changed of an item besides its text. A field that is null is as it was.
---@class (exact) peon.ItemPatch
---@field title? string
---@field toolKind? peon.ToolKind
---@field summary? string
---@field input peon.JsonValue
---@field content? peon.ItemContent[]
---@field edits? peon.FileEdit[]
---@field locations? peon.Location[]
---@field entries? peon.PlanEntry[]

--- One way to answer an action, as the agent offered it.
---@class (exact) peon.ActionOption
---@field optionId string
---@field label string
---@field kind peon.OptionKind

--- What settled an action, and the name of the user, rule or mode.
---@class (exact) peon.Decider
---@field kind peon.DeciderKind
---@field name string

--- What something cost, as the agent reckons it; `currency` as in ISO 4217.
---@class (exact) peon.Cost
---@field amount number
---@field currency string

--- What a turn used, in tokens, and what it cost where the agent says so.
---
--- `contextUsed` of `contextSize` tokens are in the agent's context after it.
---@class (exact) peon.Usage
---@field inputTokens? integer
---@field outputTokens? integer
---@field cacheReadTokens? integer
---@field model? string
---@field contextUsed? integer
---@field contextSize? integer
---@field cost? peon.Cost

--- Why a turn failed: a code a program can use and the agent's own words.
---@class (exact) peon.TurnError
---@field code string
---@field message string

--- What a thread's turns may use together; what is null has no bound, and so has nothing else.
---
--- Tokens are those read and written; a cost counts in its own currency only.
---@class (exact) peon.Budget
---@field maxTokens? integer
---@field maxCost? number
---@field currency? string

--- What a new thread of the project takes where it does not say itself.
---
--- The servers are those of every thread that has none of its own, whenever its session opens.
---@class (exact) peon.ProjectDefaults
---@field provider? string
---@field model? string
---@field mode? peon.Mode
---@field budget? peon.Budget
---@field mcpServers? peon.McpServer[]

--- A path a checkpoint could not hold, and why.
---@class (exact) peon.MissingPath
---@field path string
---@field reason string

--- A path where something else than the undone work stood in the way of a restore, and what.
---@class (exact) peon.PathConflict
---@field path string
---@field reason string

--- A path that a restore changes, and how.
---@class (exact) peon.RestoreChange
---@field path string
---@field kind peon.RestoreChangeKind

--- One way to log in to an agent, as the agent offers it.
---
--- `command` is what a person runs, as its words; `variables` are those to set.
---@class (exact) peon.AuthMethod
---@field methodId string
---@field name string
---@field kind peon.LoginKind
---@field description? string
---@field command? string[]
---@field variables string[]

--- What an option of a session is about.
---@alias peon.OptionCategory
---| "model"
---| "mode"
---| "thoughtLevel"
---| "other"

--- How an option is set.
---@alias peon.SettingKind
---| "select" # One of its choices.
---| "boolean"

--- A value that an option can have.
---@class (exact) peon.OptionChoice
---@field value string
---@field name string
---@field description? string

--- Something that can be chosen of a session; `value` is a choice's value, true, false or null.
---
--- It is chosen with `options`, but for two: what is of the category `model` is chosen with
--- `model`, and modes of an agent's own are shown only, ours is chosen with `mode`. `own` is the
--- value that the agent goes back to where something else was chosen for now.
---@class (exact) peon.SessionOption
---@field optionId string
---@field name string
---@field category peon.OptionCategory
---@field kind peon.SettingKind
---@field value peon.JsonValue
---@field choices? peon.OptionChoice[]
---@field own? peon.JsonValue

--- A command that the agent knows: a prompt may begin with a slash and its name.
---@class (exact) peon.AgentCommand
---@field name string
---@field description string

--- What the answer to a field of a question is.
---@alias peon.FieldKind
---| "text"
---| "number"
---| "integer"
---| "boolean"
---| "choice" # The value of one of its choices.
---| "choices" # A list of values of its choices, each at most once.

--- One way to answer a field.
---@class (exact) peon.FieldChoice
---@field value string
---@field label string
---@field description? string

--- One thing that a question asks.
---
--- `minimum` and `maximum` bound a number, the length of a text in characters, and how many choices
--- are made. A field that is left out of the answers takes its `default`; one that is answered with
--- null takes none. The answer to a `secret` field goes to the agent and nowhere else.
---@class (exact) peon.QuestionField
---@field name string
---@field label string
---@field kind peon.FieldKind
---@field description? string
---@field required? boolean
---@field secret? boolean
---@field choices? peon.FieldChoice[]
---@field default? peon.JsonValue
---@field minimum? number
---@field maximum? number

--- Why the answer to a field cannot be taken; never what it was.
---@class (exact) peon.AnswerProblem
---@field field string
---@field path string
---@field reason string

--- What a person thinks of a change that a turn made.
---@alias peon.Verdict
---| "accepted"
---| "rejected" # It is taken back where it still stands.

--- How a change of a turn, or all of a file's, stands with those who review it.
---@alias peon.HunkStatus
---| "pending" # It is there as the turn left it, and nobody has said anything.
---| "accepted"
---| "rejected" # It is not there any more: what stood before stands there again.
---| "waiting" # A verdict was given while the turn was running; it counts when the turn has ended.
---| "conflict" # Somebody else changed these lines too: it cannot be taken back.
---| "mixed" # Of a file whose changes stand differently.

--- What a change is a change of.
---@alias peon.HunkKind
---| "text" # Lines that stand together.
---| "whole" # A file that is taken or left as a whole: binary, a link, empty, or very long.
---| "mode" # Whether a file is a program.
---| "rename" # Where a file stands.

--- Whose a line of a file is.
---@alias peon.LineOrigin
---| "turn"
---| "external" # Nobody's turn wrote it: the user did, or another program, or it was there from the first.
---| "unknown" # The checkpoints that could tell are no longer kept, or more than one turn was at it.

--- Changes of one file that a verdict was given on.
---@class (exact) peon.ReviewedFile
---@field path string
---@field hunkIds peon.HunkId[]

--- A change that was not taken back, and why.
---
--- `reason`: changedSince, shared, blocked, lastCopy, changedMeanwhile, unwritable.
---@class (exact) peon.HunkConflict
---@field path string
---@field hunkId peon.HunkId
---@field reason string

--- A worktree for a thread: one that is there (`path`, absolute), or a new one (`branch`).
---
--- A new one starts from `base` (by default where the project's folder stands) unless its branch
--- exists. Then the files and folders in `copy` are copied from the project's folder, and each
--- command in `setup` is run in it, as its words; no shell reads them.
---@class (exact) peon.WorktreeChoice
---@field path? string
---@field branch? string
---@field base? string
---@field setup? string[][]
---@field copy? string[]

--- Take a checkpoint by hand.
---@class (exact) peon.CheckpointOperation
---@field type "checkpoint"
---@field checkpointId peon.CheckpointId
---@field description string

--- Take the closing checkpoint of a turn, whose outcome is known already.
---@class (exact) peon.TurnEndOperation
---@field type "turnEnd"
---@field checkpointId peon.CheckpointId
---@field stopReason? peon.StopReason
---@field error? peon.TurnError
---@field usage? peon.Usage

--- Go back to a checkpoint; `beforeCheckpointId` will hold the present.
---@class (exact) peon.RestoreOperation
---@field type "restore"
---@field checkpointId peon.CheckpointId
---@field beforeCheckpointId peon.CheckpointId
---@field paths? string[]
---@field conflicts peon.ConflictChoice
---@field what peon.RestoreScope

--- Commit changes in the user's repository; `paths` null means every change not ignored.
---@class (exact) peon.CommitOperation
---@field type "commit"
---@field message string
---@field paths? string[]

--- Push the user's branch.
---@class (exact) peon.PushOperation
---@field type "push"
---@field remote? string
---@field branch? string

--- Make a branch in the user's repository, and go to it where `checkout` says so.
---@class (exact) peon.CreateBranchOperation
---@field type "createBranch"
---@field name string
---@field base? string
---@field checkout boolean

--- Open a pull request for the user's branch, which is pushed first where need be.
---@class (exact) peon.PullRequestOperation
---@field type "pullRequest"
---@field title string
---@field body string
---@field base? string
---@field draft boolean

--- Give a verdict on changes of a turn: those named, else all of `path`, else all.
---
--- `beforeCheckpointId` will hold the present, if changes are taken back.
---@class (exact) peon.ReviewOperation
---@field type "review"
---@field turnId peon.TurnId
---@field verdict peon.Verdict
---@field beforeCheckpointId peon.CheckpointId
---@field path? string
---@field hunkIds? peon.HunkId[]
---@field comment? string

--- Make a worktree for a new thread, or find the one that is meant.
---@class (exact) peon.WorktreeOperation
---@field type "worktree"
---@field worktree peon.WorktreeChoice

--- Take the thread's worktree away, if nothing in it is uncommitted.
---@class (exact) peon.WorktreeRemoveOperation
---@field type "worktreeRemove"

--- Bring the thread's worktree back.
---@class (exact) peon.WorktreeRestoreOperation
---@field type "worktreeRestore"

--- A session with an agent is open. `nativeId` is the agent's own name for it.
---
--- `mcpServers` says of each server of the thread whether it was given it.
---@class (exact) peon.ProviderSessionStarted
---@field type "sessionStarted"
---@field sessionId peon.SessionId
---@field nativeId string
---@field agentName string
---@field agentVersion? string
---@field origin? peon.SessionOrigin
---@field mcpServers? peon.SessionServer[]

--- The agent is gone. `detail` holds the tail of what it said on its way out.
---
--- One that was `idle` had no prompt: a turn in progress is not its, and goes on with another.
---@class (exact) peon.ProviderSessionEnded
---@field type "sessionEnded"
---@field sessionId peon.SessionId
---@field reason string
---@field detail? string
---@field idle? boolean

--- More of a message.
---
--- Without an `itemId` it continues the message that is open, or opens one.
---@class (exact) peon.ProviderTextDelta
---@field type "textDelta"
---@field text string
---@field itemId? peon.ItemId

--- More of the agent's reasoning, as `TextDelta` is of its message.
---@class (exact) peon.ProviderReasoningDelta
---@field type "reasoningDelta"
---@field text string
---@field itemId? peon.ItemId

--- A tool call, new or changed. A field that is null is as it was.
---@class (exact) peon.ProviderToolCallUpdated
---@field type "toolCallUpdated"
---@field itemId peon.ItemId
---@field title? string
---@field kind? peon.ToolKind
---@field status? peon.ItemStatus
---@field summary? string
---@field input? peon.JsonValue
---@field content? peon.ItemContent[]
---@field edits? peon.FileEdit[]
---@field locations? peon.Location[]

--- The agent's plan, whole.
---@class (exact) peon.ProviderPlanReplaced
---@field type "planReplaced"
---@field entries peon.PlanEntry[]

--- The agent waits for leave, or with `fields` for answers: then its kind is `question`.
---
--- `paths` are the files it would touch and `command` is the command line it would run, where it
--- says so; neither is ever read off the title.
---@class (exact) peon.ProviderActionRequested
---@field type "actionRequested"
---@field actionId peon.ActionId
---@field itemId peon.ItemId
---@field kind peon.ToolKind
---@field title string
---@field options peon.ActionOption[]
---@field paths? string[]
---@field command? string
---@field fields? peon.QuestionField[]

--- The agent no longer waits for this answer.
---@class (exact) peon.ProviderActionWithdrawn
---@field type "actionWithdrawn"
---@field actionId peon.ActionId

--- Tokens used by the turn so far; the last report is recorded with the turn's end.
---@class (exact) peon.ProviderUsageReported
---@field type "usageReported"
---@field usage peon.Usage

--- The agent says it is in another mode now. It can only narrow what the thread allows.
---@class (exact) peon.ProviderModeChanged
---@field type "modeChanged"
---@field mode peon.Mode

--- What the session offers and what it is set to; what is null is as it was.
---@class (exact) peon.ProviderSessionConfigured
---@field type "sessionConfigured"
---@field options? peon.SessionOption[]
---@field commands? peon.AgentCommand[]

--- The agent has ended its turn.
---@class (exact) peon.ProviderTurnEnded
---@field type "turnEnded"
---@field stopReason peon.StopReason
---@field usage? peon.Usage

--- The turn failed: a code a program can use, and the provider's own words.
---@class (exact) peon.ProviderError
---@field type "error"
---@field code string
---@field message string

--- A folder became a project. `root` is absolute with links resolved.
---@class (exact) peon.ProjectCreated
---@field projectId peon.ProjectId
---@field root string
---@field title string
---@field defaults peon.ProjectDefaults

--- What is null stayed as it was.
---@class (exact) peon.ProjectConfigured
---@field projectId peon.ProjectId
---@field title? string
---@field defaults? peon.ProjectDefaults

--- The project is gone, and with it every thread it still had.
---@class (exact) peon.ProjectDeleted
---@field projectId peon.ProjectId

--- Actions in the project are allowed, asked about or denied by a rule from now on.
---
--- What is null is not looked at; what is given must all fit.
---@class (exact) peon.RuleAdded
---@field projectId peon.ProjectId
---@field ruleId peon.RuleId
---@field verdict peon.RuleVerdict
---@field provider? string
---@field toolKind? peon.ToolKind
---@field path? string
---@field command? string

--- The rule holds no longer.
---@class (exact) peon.RuleRemoved
---@field projectId peon.ProjectId
---@field ruleId peon.RuleId

--- A conversation was opened in a project.
---
--- Where `mcpServers` is null, its sessions are given those of the project.
---@class (exact) peon.ThreadCreated
---@field threadId peon.ThreadId
---@field projectId peon.ProjectId
---@field title string
---@field titleSource peon.TitleSource
---@field provider string
---@field model? string
---@field mode peon.Mode
---@field budget? peon.Budget
---@field options table<string, peon.OptionValue>
---@field mcpServers? peon.McpServer[]

--- What is null stayed as it was; `titleSource` says who set the title.
---
--- Of `options` only those named have changed; one that is null there is left to the agent again.
--- `resetOptions` names those once more, for clients to whom null and an absent member are one.
---@class (exact) peon.ThreadConfigured
---@field threadId peon.ThreadId
---@field title? string
---@field titleSource? peon.TitleSource
---@field model? string
---@field mode? peon.Mode
---@field budget? peon.Budget
---@field archived? boolean
---@field options? table<string, peon.OptionValue|nil>
---@field resetOptions string[]
---@field mcpServers? peon.McpServer[]

--- The thread is gone.
---@class (exact) peon.ThreadDeleted
---@field threadId peon.ThreadId

--- What a deleted thread held is erased: in place of its events stands `event.erased`.
---@class (exact) peon.ThreadErased
---@field threadId peon.ThreadId

--- Here stood an event whose contents are gone; of one that was lost, `threadId` is `lost`.
---@class (exact) peon.EventErased
---@field threadId peon.ThreadId
---@field reason peon.ErasureReason

--- A session with an agent is open for the thread.
---
--- `mcpServers` says of each server of the thread whether the session was given it.
---@class (exact) peon.SessionOpened
---@field threadId peon.ThreadId
---@field sessionId peon.SessionId
---@field nativeId string
---@field provider string
---@field agentName string
---@field agentVersion? string
---@field origin peon.SessionOrigin
---@field mcpServers peon.SessionServer[]

--- What the session offers, and what it is set to, is this from now on.
---@class (exact) peon.SessionConfigured
---@field threadId peon.ThreadId
---@field sessionId peon.SessionId
---@field options peon.SessionOption[]
---@field commands peon.AgentCommand[]

--- The session is over.
---@class (exact) peon.SessionClosed
---@field threadId peon.ThreadId
---@field sessionId peon.SessionId
---@field reason string
---@field detail? string

--- A message waits at the end of the queue, or where it is already if it is in it.
---
--- With `steer` it is being told to the agent, which is at work on the turn `turnId`; where the
--- agent does not take it, it is queued again without.
---@class (exact) peon.MessageQueued
---@field threadId peon.ThreadId
---@field messageId peon.MessageId
---@field prompt peon.Prompt
---@field model? string
---@field mode? peon.Mode
---@field steer boolean
---@field turnId? peon.TurnId
---@field options? table<string, peon.OptionValue>

--- A message that waits says something else now.
---@class (exact) peon.MessageEdited
---@field threadId peon.ThreadId
---@field messageId peon.MessageId
---@field prompt peon.Prompt

--- A user took a message out of the queue.
---@class (exact) peon.MessageRemoved
---@field threadId peon.ThreadId
---@field messageId peon.MessageId

--- A message was moved; `order` is that of the whole queue.
---@class (exact) peon.MessageReordered
---@field threadId peon.ThreadId
---@field messageId peon.MessageId
---@field order peon.MessageId[]

--- The agent took a message into the turn it is at work on, where it is an item.
---@class (exact) peon.MessageSteered
---@field threadId peon.ThreadId
---@field messageId peon.MessageId
---@field turnId peon.TurnId
---@field itemId peon.ItemId

--- A prompt was given. `number` counts from 1 in the thread and is never used again.
---
--- `checkpointId` names the checkpoint that is taken before the agent sees the prompt,
--- `messageId` the message of the queue that this is. `options` are those chosen for it, by the
--- thread or for this turn only.
---@class (exact) peon.TurnStarted
---@field threadId peon.ThreadId
---@field turnId peon.TurnId
---@field number integer
---@field prompt peon.Prompt
---@field checkpointId peon.CheckpointId
---@field model? string
---@field mode peon.Mode
---@field messageId? peon.MessageId
---@field options table<string, peon.OptionValue>

--- The turn was asked to stop, by somebody or by its budget; the agent has not agreed yet.
---@class (exact) peon.TurnInterruptRequested
---@field threadId peon.ThreadId
---@field turnId peon.TurnId
---@field budgetSpent boolean

--- The turn is over; interrupted where the stop reason is `cancelled` or `interrupted`.
---
--- With `queueHeld` the messages that wait do not go on by themselves.
---@class (exact) peon.TurnCompleted
---@field threadId peon.ThreadId
---@field turnId peon.TurnId
---@field stopReason peon.StopReason
---@field usage? peon.Usage
---@field detail? string
---@field queueHeld boolean

--- The turn is over, with an error.
---
--- With `queueHeld` the messages that wait do not go on by themselves.
---@class (exact) peon.TurnFailed
---@field threadId peon.ThreadId
---@field turnId peon.TurnId
---@field error peon.TurnError
---@field usage? peon.Usage
---@field queueHeld boolean

--- An item of a turn, new or changed: text grows by `append`, the rest changes by `patch`.
---@class (exact) peon.ItemRecorded
---@field threadId peon.ThreadId
---@field turnId peon.TurnId
---@field itemId peon.ItemId
---@field kind peon.ItemKind
---@field status peon.ItemStatus
---@field append? peon.TextAppend
---@field patch? peon.ItemPatch

--- The agent wants to do something and waits for an answer.
---
--- `paths` are relative to the project's folder where they lie in it, with links resolved.
--- `scopes` says how far an approval may reach. One with `fields` is a question: it is approved by
--- answering it. `askedBy` is the rule that leaves it to a person; null where the mode does.
---@class (exact) peon.ActionRequested
---@field threadId peon.ThreadId
---@field turnId peon.TurnId
---@field actionId peon.ActionId
---@field itemId peon.ItemId
---@field kind peon.ToolKind
---@field title string
---@field options peon.ActionOption[]
---@field paths string[]
---@field command? string
---@field scopes peon.Scope[]
---@field fields peon.QuestionField[]
---@field askedBy? peon.Decider

--- An action was approved, rejected or withdrawn; `by` says by what.
---
--- `answers` are those to a question, by the names of its fields, without the secret ones.
---@class (exact) peon.ActionResolved
---@field threadId peon.ThreadId
---@field turnId peon.TurnId
---@field actionId peon.ActionId
---@field decision peon.Decision
---@field by peon.Decider
---@field optionId? string
---@field scope? peon.Scope
---@field reason? string
---@field answers? table<string, peon.JsonValue>

--- The workspace's files were kept. `missing` names what could not be.
---
--- `snapshot` is the checkpoint store's own name for what it keeps.
---@class (exact) peon.CheckpointCreated
---@field threadId peon.ThreadId
---@field checkpointId peon.CheckpointId
---@field description string
---@field kind peon.CheckpointKind
---@field snapshot string
---@field turnId? peon.TurnId
---@field operationId? peon.OperationId
---@field missing peon.MissingPath[]

--- What these checkpoints held is no longer kept: they are too old, or took too much room.
---@class (exact) peon.CheckpointsExpired
---@field threadId peon.ThreadId
---@field checkpointIds peon.CheckpointId[]

--- Files, or the conversation, went back; `beforeCheckpointId` holds what was before.
---
--- `undone` are turns that no longer count in the conversation, `redone` turns that do again.
--- `overwritten` are restored paths that others had changed too.
---@class (exact) peon.CheckpointRestored
---@field threadId peon.ThreadId
---@field checkpointId peon.CheckpointId
---@field operationId peon.OperationId
---@field beforeCheckpointId peon.CheckpointId
---@field restored string[]
---@field conflicts peon.PathConflict[]
---@field what peon.RestoreScope
---@field undone peon.TurnId[]
---@field redone peon.TurnId[]
---@field overwritten peon.PathConflict[]

--- A commit was made in the user's repository.
---@class (exact) peon.ChangesCommitted
---@field threadId peon.ThreadId
---@field operationId peon.OperationId
---@field commit string
---@field message string
---@field branch? string
---@field files string[]

--- A branch was pushed.
---@class (exact) peon.ChangesPushed
---@field threadId peon.ThreadId
---@field operationId peon.OperationId
---@field remote string
---@field branch string
---@field commit string

--- A branch was made in the user's repository; it begins at `commit`, which `base` named.
---@class (exact) peon.BranchCreated
---@field threadId peon.ThreadId
---@field operationId peon.OperationId
---@field branch string
---@field commit string
---@field checkedOut boolean
---@field base? string

--- A pull request is open at `url`; where it was before (`existing`), it is as it was.
---@class (exact) peon.PullRequestOpened
---@field threadId peon.ThreadId
---@field operationId peon.OperationId
---@field url string
---@field branch string
---@field title string
---@field base? string
---@field draft boolean
---@field existing boolean

--- Slow workspace work is wanted; its outcome will be an event of its own.
---@class (exact) peon.OperationRequested
---@field threadId peon.ThreadId
---@field operationId peon.OperationId
---@field operation peon.Operation
---@field turnId? peon.TurnId

--- The work could not be done; `code` is a kind of the error vocabulary.
---@class (exact) peon.OperationFailed
---@field threadId peon.ThreadId
---@field operationId peon.OperationId
---@field code string
---@field message string
---@field remedy? string
---@field turnId? peon.TurnId

--- A verdict on a running turn's changes: it waits for the end of the turn.
---
--- It is meant for those named, else for all of `path`, else for all.
---@class (exact) peon.ReviewRequested
---@field threadId peon.ThreadId
---@field turnId peon.TurnId
---@field operationId peon.OperationId
---@field verdict peon.Verdict
---@field path? string
---@field hunkIds? peon.HunkId[]
---@field comment? string

--- Changes of a turn were accepted, or rejected and taken back; some may not have been.
---
--- `patch` is the beginning of what was taken back. The agent is told with the next prompt.
---@class (exact) peon.ReviewRecorded
---@field threadId peon.ThreadId
---@field turnId peon.TurnId
---@field operationId peon.OperationId
---@field verdict peon.Verdict
---@field files peon.ReviewedFile[]
---@field conflicts peon.HunkConflict[]
---@field beforeCheckpointId? peon.CheckpointId
---@field comment? string
---@field patch? string

--- The thread works in a worktree: one that was `made` for it, or one that was there.
---
--- `folder` is where in the worktree at `path` the project's folder is. `base` is what the branch
--- was begun from.
---@class (exact) peon.WorktreeCreated
---@field threadId peon.ThreadId
---@field operationId peon.OperationId
---@field path string
---@field folder string
---@field branch? string
---@field base? string
---@field made boolean

--- The thread's worktree was taken away; it can be brought back.
---@class (exact) peon.WorktreeRemoved
---@field threadId peon.ThreadId
---@field operationId peon.OperationId

--- The thread's worktree is there again.
---@class (exact) peon.WorktreeRestored
---@field threadId peon.ThreadId
---@field operationId peon.OperationId

--- An event with its place and its reason. These bytes are the journal's and the wire's alike.
---
--- `sequence` is the place in the whole log, `version` the place in the stream (a project or a
--- thread); both are contiguous from 1. `commandDigest` tells a repeated command from another one
--- that carries the same id.
---@class peon.Envelope
---@field sequence integer
---@field eventId peon.EventId
---@field streamId peon.StreamId
---@field version integer
---@field schema integer
---@field occurredAt string
---@field commandId? peon.CommandId
---@field commandDigest? string
---@field causationId? peon.EventId
---@field correlationId? peon.EventId
---@field actor peon.Actor

---@class peon.StoredProjectCreated: peon.Envelope
---@field type "project.created"
---@field payload peon.ProjectCreated

---@class peon.StoredProjectConfigured: peon.Envelope
---@field type "project.configured"
---@field payload peon.ProjectConfigured

---@class peon.StoredProjectDeleted: peon.Envelope
---@field type "project.deleted"
---@field payload peon.ProjectDeleted

---@class peon.StoredRuleAdded: peon.Envelope
---@field type "rule.added"
---@field payload peon.RuleAdded

---@class peon.StoredRuleRemoved: peon.Envelope
---@field type "rule.removed"
---@field payload peon.RuleRemoved

---@class peon.StoredThreadCreated: peon.Envelope
---@field type "thread.created"
---@field payload peon.ThreadCreated

---@class peon.StoredThreadConfigured: peon.Envelope
---@field type "thread.configured"
---@field payload peon.ThreadConfigured

---@class peon.StoredThreadDeleted: peon.Envelope
---@field type "thread.deleted"
---@field payload peon.ThreadDeleted

---@class peon.StoredMessageQueued: peon.Envelope
---@field type "message.queued"
---@field payload peon.MessageQueued

---@class peon.StoredMessageEdited: peon.Envelope
---@field type "message.edited"
---@field payload peon.MessageEdited

---@class peon.StoredMessageRemoved: peon.Envelope
---@field type "message.removed"
---@field payload peon.MessageRemoved

---@class peon.StoredMessageReordered: peon.Envelope
---@field type "message.reordered"
---@field payload peon.MessageReordered

---@class peon.StoredMessageSteered: peon.Envelope
---@field type "message.steered"
---@field payload peon.MessageSteered

---@class peon.StoredTurnStarted: peon.Envelope
---@field type "turn.started"
---@field payload peon.TurnStarted

---@class peon.StoredTurnInterruptRequested: peon.Envelope
---@field type "turn.interruptRequested"
---@field payload peon.TurnInterruptRequested

---@class peon.StoredTurnCompleted: peon.Envelope
---@field type "turn.completed"
---@field payload peon.TurnCompleted

---@class peon.StoredTurnFailed: peon.Envelope
---@field type "turn.failed"
---@field payload peon.TurnFailed

---@class peon.StoredItemRecorded: peon.Envelope
---@field type "item.recorded"
---@field payload peon.ItemRecorded

---@class peon.StoredActionRequested: peon.Envelope
---@field type "action.requested"
---@field payload peon.ActionRequested

---@class peon.StoredActionResolved: peon.Envelope
---@field type "action.resolved"
---@field payload peon.ActionResolved

---@class peon.StoredCheckpointCreated: peon.Envelope
---@field type "checkpoint.created"
---@field payload peon.CheckpointCreated

---@class peon.StoredCheckpointRestored: peon.Envelope
---@field type "checkpoint.restored"
---@field payload peon.CheckpointRestored

---@class peon.StoredCheckpointsExpired: peon.Envelope
---@field type "checkpoint.expired"
---@field payload peon.CheckpointsExpired

---@class peon.StoredChangesCommitted: peon.Envelope
---@field type "changes.committed"
---@field payload peon.ChangesCommitted

---@class peon.StoredChangesPushed: peon.Envelope
---@field type "changes.pushed"
---@field payload peon.ChangesPushed

---@class peon.StoredBranchCreated: peon.Envelope
---@field type "branch.created"
---@field payload peon.BranchCreated

---@class peon.StoredPullRequestOpened: peon.Envelope
---@field type "pullRequest.opened"
---@field payload peon.PullRequestOpened

---@class peon.StoredReviewRequested: peon.Envelope
---@field type "review.requested"
---@field payload peon.ReviewRequested

---@class peon.StoredReviewRecorded: peon.Envelope
---@field type "review.recorded"
---@field payload peon.ReviewRecorded

---@class peon.StoredWorktreeCreated: peon.Envelope
---@field type "worktree.created"
---@field payload peon.WorktreeCreated

---@class peon.StoredWorktreeRemoved: peon.Envelope
---@field type "worktree.removed"
---@field payload peon.WorktreeRemoved

---@class peon.StoredWorktreeRestored: peon.Envelope
---@field type "worktree.restored"
---@field payload peon.WorktreeRestored

---@class peon.StoredSessionOpened: peon.Envelope
---@field type "session.opened"
---@field payload peon.SessionOpened

---@class peon.StoredSessionConfigured: peon.Envelope
---@field type "session.configured"
---@field payload peon.SessionConfigured

---@class peon.StoredSessionClosed: peon.Envelope
---@field type "session.closed"
---@field payload peon.SessionClosed

---@class peon.StoredOperationRequested: peon.Envelope
---@field type "operation.requested"
---@field payload peon.OperationRequested

---@class peon.StoredOperationFailed: peon.Envelope
---@field type "operation.failed"
---@field payload peon.OperationFailed

---@class peon.StoredThreadErased: peon.Envelope
---@field type "thread.erased"
---@field payload peon.ThreadErased

---@class peon.StoredEventErased: peon.Envelope
---@field type "event.erased"
---@field payload peon.EventErased

---@alias peon.StoredEvent peon.StoredProjectCreated|peon.StoredProjectConfigured|peon.StoredProjectDeleted|peon.StoredRuleAdded|peon.StoredRuleRemoved|peon.StoredThreadCreated|peon.StoredThreadConfigured|peon.StoredThreadDeleted|peon.StoredMessageQueued|peon.StoredMessageEdited|peon.StoredMessageRemoved|peon.StoredMessageReordered|peon.StoredMessageSteered|peon.StoredTurnStarted|peon.StoredTurnInterruptRequested|peon.StoredTurnCompleted|peon.StoredTurnFailed|peon.StoredItemRecorded|peon.StoredActionRequested|peon.StoredActionResolved|peon.StoredCheckpointCreated|peon.StoredCheckpointRestored|peon.StoredCheckpointsExpired|peon.StoredChangesCommitted|peon.StoredChangesPushed|peon.StoredBranchCreated|peon.StoredPullRequestOpened|peon.StoredReviewRequested|peon.StoredReviewRecorded|peon.StoredWorktreeCreated|peon.StoredWorktreeRemoved|peon.StoredWorktreeRestored|peon.StoredSessionOpened|peon.StoredSessionConfigured|peon.StoredSessionClosed|peon.StoredOperationRequested|peon.StoredOperationFailed|peon.StoredThreadErased|peon.StoredEventErased

--- Make a project of the folder `root`, an absolute path.
---@class (exact) peon.CreateProject
---@field root string
---@field projectId? peon.ProjectId
---@field title? string
---@field commandId? peon.CommandId

--- Change a project's title or defaults; what is null stays.
---@class (exact) peon.ConfigureProject
---@field projectId peon.ProjectId
---@field title? string
---@field defaults? peon.ProjectDefaults
---@field commandId? peon.CommandId

--- Delete a project and its threads. The folder itself is not touched.
---@class (exact) peon.DeleteProject
---@field projectId peon.ProjectId
---@field commandId? peon.CommandId

--- Open a conversation in a project; without a `worktree`, in its own folder.
---
--- With one it is answered when the worktree is ready; where that fails there is no thread.
---@class (exact) peon.CreateThread
---@field projectId peon.ProjectId
---@field threadId? peon.ThreadId
---@field title? string
---@field provider? string
---@field model? string
---@field mode? peon.Mode
---@field options? table<string, peon.OptionValue>
---@field mcpServers? peon.McpServer[]
---@field budget? peon.Budget
---@field worktree? peon.WorktreeChoice
---@field commandId? peon.CommandId

--- Change a thread; what is null stays.
---
--- Of `options` those named are set, for turns to come; one that is null there is left to the agent
--- again. `mcpServers` replaces the servers of the thread, and with `[]` it has none.
---@class (exact) peon.ConfigureThread
---@field threadId peon.ThreadId
---@field title? string
---@field model? string
---@field mode? peon.Mode
---@field options? table<string, peon.OptionValue|nil>
---@field mcpServers? peon.McpServer[]
---@field budget? peon.Budget
---@field archived? boolean
---@field commandId? peon.CommandId

--- Delete a thread.
---@class (exact) peon.DeleteThread
---@field threadId peon.ThreadId
---@field commandId? peon.CommandId

--- Ask the thread's agent for something.
---
--- With a `turnId` that exists and the same prompt, it is the same turn. `model`, `mode` and
--- `options` are for this turn only.
---@class (exact) peon.StartTurn
---@field threadId peon.ThreadId
---@field prompt peon.Prompt
---@field turnId? peon.TurnId
---@field model? string
---@field mode? peon.Mode
---@field options? table<string, peon.OptionValue>
---@field commandId? peon.CommandId

--- Ask for something when it is its turn: at once where the thread is idle and nothing waits.
---
--- With a `messageId` that exists and the same prompt, it is the same message.
---@class (exact) peon.QueueMessage
---@field threadId peon.ThreadId
---@field prompt peon.Prompt
---@field messageId? peon.MessageId
---@field model? string
---@field mode? peon.Mode
---@field options? table<string, peon.OptionValue>
---@field commandId? peon.CommandId

--- Say something else in a message that waits.
---@class (exact) peon.EditMessage
---@field threadId peon.ThreadId
---@field messageId peon.MessageId
---@field prompt peon.Prompt
---@field commandId? peon.CommandId

--- Take a message out of the queue.
---@class (exact) peon.RemoveMessage
---@field threadId peon.ThreadId
---@field messageId peon.MessageId
---@field commandId? peon.CommandId

--- Move a message that waits before another one, or to the end.
---@class (exact) peon.MoveMessage
---@field threadId peon.ThreadId
---@field messageId peon.MessageId
---@field before? peon.MessageId
---@field commandId? peon.CommandId

--- Start a message that waits, or the first one, now; a queue that was held goes on with it.
---@class (exact) peon.SendMessage
---@field threadId peon.ThreadId
---@field messageId? peon.MessageId
---@field commandId? peon.CommandId

--- Tell the agent something while it is at work; where that cannot be, it is queued.
---
--- With a `messageId` that exists and the same prompt, it is the same message.
---@class (exact) peon.SteerTurn
---@field threadId peon.ThreadId
---@field prompt peon.Prompt
---@field turnId? peon.TurnId
---@field messageId? peon.MessageId
---@field commandId? peon.CommandId

--- Stop the turn in progress; what it has done stays.
---@class (exact) peon.InterruptTurn
---@field threadId peon.ThreadId
---@field turnId? peon.TurnId
---@field commandId? peon.CommandId

--- Allow what an agent asked for: this once, for its session, or always, which makes a rule.
---
--- `optionId` chooses among what the agent itself offered. `answers` are what a question asks for,
--- by the names of its fields; a command repeated with the same `commandId` gets its first answer
--- whatever its secret answers are.
---@class (exact) peon.ApprovePendingAction
---@field threadId peon.ThreadId
---@field actionId peon.ActionId
---@field scope? peon.Scope
---@field optionId? string
---@field answers? table<string, peon.JsonValue>
---@field commandId? peon.CommandId

--- Refuse what an agent asked for; the turn goes on.
---@class (exact) peon.RejectPendingAction
---@field threadId peon.ThreadId
---@field actionId peon.ActionId
---@field reason? string
---@field commandId? peon.CommandId

--- Have a rule settle what agents ask for in a project; what is given must all fit.
---
--- `path` is a glob relative to the project's folder, `command` the first words of a command.
---@class (exact) peon.AddRule
---@field projectId peon.ProjectId
---@field verdict peon.RuleVerdict
---@field ruleId? peon.RuleId
---@field provider? string
---@field toolKind? peon.ToolKind
---@field path? string
---@field command? string
---@field commandId? peon.CommandId

--- Take a rule back; what it has settled stays settled.
---@class (exact) peon.RemoveRule
---@field projectId peon.ProjectId
---@field ruleId peon.RuleId
---@field commandId? peon.CommandId

--- Take in what a provider says.
---
--- The single door for the server's own agents and for a host that runs an agent itself.
---@class (exact) peon.IngestProviderEvent
---@field threadId peon.ThreadId
---@field event peon.ProviderEvent
---@field commandId? peon.CommandId

--- Keep the workspace's files as they are now, under a description.
---@class (exact) peon.CreateCheckpoint
---@field threadId peon.ThreadId
---@field description string
---@field commandId? peon.CommandId

--- Undo what this thread did after the checkpoint, and nothing else.
---
--- `paths` limits which files go back. With `conflicts` overwrite, paths that others changed too go
--- back as well; what stood there is in the checkpoint that is taken before.
---@class (exact) peon.RestoreCheckpoint
---@field threadId peon.ThreadId
---@field checkpointId peon.CheckpointId
---@field paths? string[]
---@field conflicts? peon.ConflictChoice
---@field what? peon.RestoreScope
---@field commandId? peon.CommandId

--- Commit in the user's repository, with their hooks and identity.
---
--- Without a message, the one that `git/proposeMessage` tells.
---@class (exact) peon.CommitChanges
---@field threadId peon.ThreadId
---@field message? string
---@field paths? string[]
---@field commandId? peon.CommandId

--- Push the user's branch, by default to where it tracks.
---@class (exact) peon.PushChanges
---@field threadId peon.ThreadId
---@field remote? string
---@field branch? string
---@field commandId? peon.CommandId

--- Say that changes of a turn are good: those named, else all of `path`, else all.
---
--- While the turn is running it waits for the end of it.
---@class (exact) peon.AcceptChanges
---@field threadId peon.ThreadId
---@field turnId peon.TurnId
---@field path? string
---@field hunkIds? peon.HunkId[]
---@field commandId? peon.CommandId

--- Take changes of a turn back, where they still stand: those named, else all of `path`, or all.
---
--- While the turn is running it waits for the end of it. The agent is told, with the comment, when
--- it is next asked for something.
---@class (exact) peon.RejectChanges
---@field threadId peon.ThreadId
---@field turnId peon.TurnId
---@field path? string
---@field hunkIds? peon.HunkId[]
---@field comment? string
---@field commandId? peon.CommandId

--- Take away the worktree that was made for a thread. What is not committed keeps it there.
---@class (exact) peon.RemoveWorktree
---@field threadId peon.ThreadId
---@field commandId? peon.CommandId

--- Bring back a worktree that was taken away, with the files in it that git ignores.
---@class (exact) peon.RestoreWorktree
---@field threadId peon.ThreadId
---@field commandId? peon.CommandId

--- Every live project.
---@class (exact) peon.ListProjects

--- The rules of a project, oldest first.
---@class (exact) peon.ListRules
---@field projectId peon.ProjectId

--- Live threads, of one project or all; a project that is not there has none.
---
--- Of each there are its newest `turns`, 0 to 50. With a `limit`, 1 to 500, it is a page: the last
--- ones, or the last of the first `before`. More than one turn is told in pages only.
---@class (exact) peon.ListThreads
---@field projectId? peon.ProjectId
---@field turns? integer
---@field limit? integer
---@field before? integer

--- The `limit` turns before turn number `before`; without `before`, the last ones.
---
--- With `items`, as many of the newest turns as hold so many items, the first of them in part.
---@class (exact) peon.TurnRange
---@field limit integer
---@field before? integer
---@field items? integer

--- One thread with its turns, all of them or a page; without items where they are not wanted.
---@class (exact) peon.ReadThread
---@field threadId peon.ThreadId
---@field turns? peon.TurnRange
---@field withItems? boolean

--- The checkpoints of a thread, oldest first.
---@class (exact) peon.ListCheckpoints
---@field threadId peon.ThreadId

--- Up to `limit` events after a sequence, of the whole log or of one thread.
---@class (exact) peon.ReadEvents
---@field after? integer
---@field limit? integer
---@field threadId? peon.ThreadId

--- What changed in the workspace's files during a turn: `limit` files after `offset`.
---@class (exact) peon.ReadTurnDiff
---@field threadId peon.ThreadId
---@field turnId peon.TurnId
---@field paths? string[]
---@field offset? integer
---@field limit? integer

--- What changed in the workspace's files since a checkpoint: a page, as of a turn.
---@class (exact) peon.ReadCheckpointDiff
---@field threadId peon.ThreadId
---@field checkpointId peon.CheckpointId
---@field paths? string[]
---@field offset? integer
---@field limit? integer

--- What `checkpoint/restore` with the same params would do now. Changes nothing.
---@class (exact) peon.PreviewRestore
---@field threadId peon.ThreadId
---@field checkpointId peon.CheckpointId
---@field paths? string[]
---@field conflicts? peon.ConflictChoice
---@field what? peon.RestoreScope

--- What a turn changed, change by change, and how each stands: `limit` files after `offset`.
---@class (exact) peon.ReadReview
---@field threadId peon.ThreadId
---@field turnId peon.TurnId
---@field paths? string[]
---@field offset? integer
---@field limit? integer

--- Why a line of a file, as it is now, is there. Lines count from 1.
---
--- The file is one of the thread's folder, or of the project's.
---@class (exact) peon.ExplainLine
---@field path string
---@field line integer
---@field projectId? peon.ProjectId
---@field threadId? peon.ThreadId

--- The worktrees of a project's repository, and the threads in each.
---@class (exact) peon.ListWorktrees
---@field projectId peon.ProjectId

--- What the user's repository says of the thread's folder, or of the project's.
---@class (exact) peon.ReadGitStatus
---@field projectId? peon.ProjectId
---@field threadId? peon.ThreadId

--- A message for a commit of what the thread has done since its last one.
---@class (exact) peon.ProposeMessage
---@field threadId peon.ThreadId

--- The user's uncommitted changes, untracked files included, of all paths or of some.
---
--- They are those of the thread's folder, or of the project's.
---@class (exact) peon.ReadGitDiff
---@field projectId? peon.ProjectId
---@field threadId? peon.ThreadId
---@field paths? string[]
---@field offset? integer
---@field limit? integer

--- Up to `limit` bytes, after `offset`, of a value that is kept apart.
---@class (exact) peon.ReadBlob
---@field blobId peon.BlobId
---@field offset? integer
---@field limit? integer

--- Every provider, available or not.
---@class (exact) peon.ListProviders

--- Log an agent in by one of its methods; without a method, see whether it is logged in.
---
--- The agent is started for it, in the project's folder if there is one.
---@class (exact) peon.Authenticate
---@field providerId string
---@field methodId? string
---@field projectId? peon.ProjectId

--- How the server is doing.
---@class (exact) peon.ReadServerStatus

--- Every event after a sequence, history first; without `after`, from now on.
---
--- `threadIds` narrows the feed to those threads, `deltas` asks for live fragments of text and the
--- progress of operations too.
---@class (exact) peon.SubscribeEvents
---@field after? integer
---@field threadIds? peon.ThreadId[]
---@field deltas? boolean

--- End a subscription.
---@class (exact) peon.UnsubscribeEvents
---@field subscriptionId peon.SubscriptionId

--- A project. Times are RFC 3339 in UTC.
---@class (exact) peon.ProjectView
---@field projectId peon.ProjectId
---@field root string
---@field title string
---@field defaults peon.ProjectDefaults
---@field usage peon.Usage
---@field createdAt string
---@field version integer

--- A rule of a project; what is null is not looked at.
---@class (exact) peon.RuleView
---@field ruleId peon.RuleId
---@field projectId peon.ProjectId
---@field provider? string
---@field verdict peon.RuleVerdict
---@field toolKind? peon.ToolKind
---@field path? string
---@field command? string
---@field createdAt string
---@field createdBy peon.Actor

--- One thing inside a turn.
---
--- `text` is a message's or a reasoning's, `entries` a plan's; the rest is a tool call's, and
--- `content` what a user's message holds besides text.
---@class (exact) peon.ItemView
---@field itemId peon.ItemId
---@field kind peon.ItemKind
---@field status peon.ItemStatus
---@field text string
---@field title? string
---@field toolKind? peon.ToolKind
---@field summary? string
---@field input peon.JsonValue
---@field content peon.ItemContent[]
---@field edits peon.FileEdit[]
---@field locations peon.Location[]
---@field entries peon.PlanEntry[]

--- One prompt and all that followed. `items` is null where a list leaves them out.
---
--- One that is `undone` no longer counts in the conversation: the agent does not know of it.
---@class (exact) peon.TurnView
---@field turnId peon.TurnId
---@field number integer
---@field status peon.TurnStatus
---@field prompt peon.Prompt
---@field mode peon.Mode
---@field model? string
---@field options table<string, peon.OptionValue>
---@field items? peon.ItemView[]
---@field startedAt string
---@field endedAt? string
---@field interruptRequested boolean
---@field stopReason? peon.StopReason
---@field error? peon.TurnError
---@field usage? peon.Usage
---@field undone boolean

--- An action that waits for an answer, since when, and by which rule, if by one.
---@class (exact) peon.PendingActionView
---@field actionId peon.ActionId
---@field turnId peon.TurnId
---@field itemId peon.ItemId
---@field title string
---@field kind peon.ToolKind
---@field options peon.ActionOption[]
---@field paths string[]
---@field command? string
---@field scopes peon.Scope[]
---@field fields peon.QuestionField[]
---@field askedBy? peon.Decider
---@field requestedAt string

--- A message that waits for its turn; with `steer` it is being told to the agent right now.
---@class (exact) peon.QueuedMessageView
---@field messageId peon.MessageId
---@field prompt peon.Prompt
---@field model? string
---@field mode? peon.Mode
---@field options? table<string, peon.OptionValue>
---@field steer boolean
---@field queuedAt string

--- A checkpoint of the thread. An `expired` one can no longer be gone back to.
---@class (exact) peon.CheckpointView
---@field checkpointId peon.CheckpointId
---@field threadId peon.ThreadId
---@field turnId? peon.TurnId
---@field description string
---@field kind peon.CheckpointKind
---@field createdAt string
---@field missing peon.MissingPath[]
---@field expired boolean

--- Workspace work under way: `kind` is checkpoint, turnEnd, restore, commit, push or review.
---@class (exact) peon.OperationView
---@field operationId peon.OperationId
---@field kind string
---@field requestedAt string

--- The live session of a thread's agent, and which of the thread's servers it was given.
---@class (exact) peon.SessionView
---@field sessionId peon.SessionId
---@field provider string
---@field agentName string
---@field agentVersion? string
---@field origin peon.SessionOrigin
---@field mcpServers peon.SessionServer[]

--- A thread's worktree. `removed`: it was taken away, and can be brought back.
---@class (exact) peon.WorktreeView
---@field path string
---@field branch? string
---@field base? string
---@field made boolean
---@field removed boolean

--- A conversation. `version` counts its events: a subscriber knows whether it has them all.
---
--- `queue` starts by itself, message by message, unless it is held: after a turn that failed, or
--- whose server stopped, until something is started, and while the budget is spent. `options` and
--- `commands` are what its session offered last, and `chosenOptions` what was chosen of them;
--- `usage` is what its turns used, its context as the last of them left it. Without
--- `mcpServers` of its own it has those of the project.
---
--- It works in `folder`, which it shares with the threads in `sharedWith`. `turnCount` and
--- `checkpointCount` count all there are. In a list most of these are left out.
---@class (exact) peon.ThreadView
---@field threadId peon.ThreadId
---@field projectId peon.ProjectId
---@field title string
---@field titleSource peon.TitleSource
---@field status peon.ThreadStatus
---@field provider string
---@field model? string
---@field mode peon.Mode
---@field archived boolean
---@field turns peon.TurnView[]
---@field turnCount integer
---@field pendingActions peon.PendingActionView[]
---@field queue peon.QueuedMessageView[]
---@field queueHeld boolean
---@field checkpoints peon.CheckpointView[]
---@field checkpointCount integer
---@field operation? peon.OperationView
---@field session? peon.SessionView
---@field options peon.SessionOption[]
---@field commands peon.AgentCommand[]
---@field chosenOptions table<string, peon.OptionValue>
---@field mcpServers? peon.McpServer[]
---@field usage peon.Usage
---@field budget? peon.Budget
---@field folder string
---@field worktree? peon.WorktreeView
---@field sharedWith peon.ThreadId[]
---@field createdAt string
---@field updatedAt string
---@field version integer

--- A kind of agent: whether it can be used here, and if not, what to do about it.
---
--- `install` is the command that installs it, where one does. `auth` are its ways to log in, as far
--- as it has told them since the server started.
---@class (exact) peon.ProviderView
---@field providerId string
---@field name string
---@field available boolean
---@field version? string
---@field reason? string
---@field remedy? string
---@field install? string
---@field auth peon.AuthMethod[]

--- A project was created, configured or deleted.
---@class (exact) peon.ProjectResult
---@field sequence integer
---@field projectId peon.ProjectId

--- A thread was created, configured or deleted.
---
--- `operationId` is that of the work on its worktree.
---@class (exact) peon.ThreadResult
---@field sequence integer
---@field threadId peon.ThreadId
---@field operationId? peon.OperationId

--- What a provider said is on the disk, but for its last `held` bytes.
---
--- They may be the beginning of a secret, and are recorded with what follows or with the turn's
--- end. A later answer of the thread with none `held` says that they are on the disk, too.
---@class (exact) peon.IngestResult
---@field sequence integer
---@field threadId peon.ThreadId
---@field held integer

--- A turn was started, or asked to stop; that it is recorded, not that it is done.
---@class (exact) peon.TurnResult
---@field sequence integer
---@field threadId peon.ThreadId
---@field turnId peon.TurnId
---@field number integer

--- A checkpoint was taken.
---@class (exact) peon.CheckpointResult
---@field sequence integer
---@field threadId peon.ThreadId
---@field operationId peon.OperationId
---@field checkpointId peon.CheckpointId
---@field missing peon.MissingPath[]

--- Files, or the conversation, went back; files in `conflicts` were left as they are.
---
--- Restoring `beforeCheckpointId` undoes the restore.
---@class (exact) peon.RestoreResult
---@field sequence integer
---@field threadId peon.ThreadId
---@field operationId peon.OperationId
---@field checkpointId peon.CheckpointId
---@field beforeCheckpointId peon.CheckpointId
---@field restored string[]
---@field conflicts peon.PathConflict[]
---@field what peon.RestoreScope
---@field undone peon.TurnId[]
---@field redone peon.TurnId[]
---@field overwritten peon.PathConflict[]

--- A commit was made.
---@class (exact) peon.CommitResult
---@field sequence integer
---@field threadId peon.ThreadId
---@field operationId peon.OperationId
---@field commit string
---@field branch? string
---@field files string[]

--- A branch was pushed.
---@class (exact) peon.PushResult
---@field sequence integer
---@field threadId peon.ThreadId
---@field operationId peon.OperationId
---@field remote string
---@field branch string
---@field commit string

--- A verdict was recorded, or `waiting` is for the end of the turn.
---
--- Those in `conflicts` were left as they are. Restoring `beforeCheckpointId` undoes a rejection.
---@class (exact) peon.ReviewResult
---@field sequence integer
---@field threadId peon.ThreadId
---@field turnId peon.TurnId
---@field operationId peon.OperationId
---@field hunkIds peon.HunkId[]
---@field waiting boolean
---@field conflicts peon.HunkConflict[]
---@field beforeCheckpointId? peon.CheckpointId

--- Every live project, and the sequence the list is true at.
---@class (exact) peon.ProjectList
---@field projects peon.ProjectView[]
---@field sequence integer

--- Live threads with their newest turns, without items, and the sequence the list is true at.
---
--- `threadsBefore` is how many more there are before the first, and what `before` has to be for the
--- next page. A thread may be younger than `sequence`, and says so by its version.
---@class (exact) peon.ThreadList
---@field threads peon.ThreadView[]
---@field sequence integer
---@field threadsBefore integer

--- A thread, and the sequence it is true at: subscribe after it to miss nothing.
---
--- `itemsBefore` is how many items of the first turn were left out because fewer were asked for.
---@class (exact) peon.ThreadReading
---@field thread peon.ThreadView
---@field itemsBefore integer
---@field sequence integer

--- Checkpoints, oldest first.
---@class (exact) peon.CheckpointList
---@field checkpoints peon.CheckpointView[]

--- Exactly what restoring would do now, with the same params.
---
--- `files` change, `conflicts` stay although the undone work changed them, `overwritten` are those
--- of `files` that others changed too. `undone` turns would no longer count in the conversation,
--- `redone` would again. `missing` is what the checkpoint does not hold.
---@class (exact) peon.RestorePreview
---@field files peon.RestoreChange[]
---@field conflicts peon.PathConflict[]
---@field overwritten peon.PathConflict[]
---@field undone peon.TurnId[]
---@field redone peon.TurnId[]
---@field missing peon.MissingPath[]

--- Events in order, and the head of the log when they were read.
---@class (exact) peon.EventPage
---@field events peon.StoredEvent[]
---@field head integer

--- What became of one file. `kind`: added, modified, deleted, renamed, mode.
---
--- `patch` is a unified diff without the file header; null for binary files and where `truncated`.
---@class (exact) peon.FileChange
---@field path string
---@field kind string
---@field oldPath? string
---@field binary boolean
---@field insertions integer
---@field deletions integer
---@field oldMode? string
---@field newMode? string
---@field patch? string
---@field truncated boolean

--- What changed, file by file: a page of `total` files; `nextOffset` is null on the last.
---@class (exact) peon.DiffResult
---@field files peon.FileChange[]
---@field total integer
---@field nextOffset? integer

--- One path that differs: between commit and index (`staged`), index and disk (`unstaged`).
---
--- Each is null or one of added, modified, deleted, renamed, mode, untracked, unmerged.
---@class (exact) peon.GitFileStatus
---@field path string
---@field oldPath? string
---@field staged? string
---@field unstaged? string

--- The user's repository.
---
--- `branch` is null when the head is detached, `commit` before the first commit.
---@class (exact) peon.GitStatusResult
---@field branch? string
---@field commit? string
---@field upstream? string
---@field ahead integer
---@field behind integer
---@field files peon.GitFileStatus[]
---@field total integer

--- A part of a value that is kept apart; `next` is null where it ends there.
---
--- `data` is text that ends with a whole character, or base64 where the bytes are no text.
---@class (exact) peon.BlobPage
---@field blobId peon.BlobId
---@field offset integer
---@field encoding peon.BlobEncoding
---@field data string
---@field size integer
---@field next? integer

--- Every provider, available or not. `problems` tells what is wrong with the lists of agents.
---@class (exact) peon.ProviderList
---@field providers peon.ProviderView[]
---@field problems string[]

--- Whether an agent is logged in now, its ways to log in, and what is left for a person.
---@class (exact) peon.AuthenticateResult
---@field providerId string
---@field authenticated boolean
---@field methods peon.AuthMethod[]
---@field remedy? string

--- How the server is doing. `health`: ok, or readOnly after a failed write.
---@class (exact) peon.ServerStatus
---@field health string
---@field message? string
---@field version string
---@field logId string
---@field sequence integer
---@field runningTurns integer
---@field pendingActions integer
---@field clients integer

--- The feed is open: events after `sequence` follow, of the log `logId`.
---@class (exact) peon.SubscribeResult
---@field subscriptionId peon.SubscriptionId
---@field sequence integer
---@field logId string

--- The subscription is over; nothing of it is sent after this answer.
---@class (exact) peon.UnsubscribeResult
---@field subscriptionId peon.SubscriptionId

--- A message waits, was changed or removed; `turnId` is the turn that was started with it.
---@class (exact) peon.MessageResult
---@field sequence integer
---@field threadId peon.ThreadId
---@field messageId peon.MessageId
---@field turnId? peon.TurnId

--- A message is being told to the agent, or, where not `steered`, was queued.
---
--- An agent that does not take it after all has it queued by an event.
---@class (exact) peon.SteerResult
---@field sequence integer
---@field threadId peon.ThreadId
---@field turnId peon.TurnId
---@field messageId peon.MessageId
---@field steered boolean

--- An action was answered.
---@class (exact) peon.ActionResult
---@field sequence integer
---@field threadId peon.ThreadId
---@field actionId peon.ActionId
---@field decision peon.Decision

--- A rule was added or removed.
---@class (exact) peon.RuleResult
---@field sequence integer
---@field projectId peon.ProjectId
---@field ruleId peon.RuleId

--- The rules of a project, oldest first.
---@class (exact) peon.RuleList
---@field rules peon.RuleView[]

--- One change of a turn. The numbers are those of the lines themselves, counted from 1.
---
--- `patch` shows it with a few lines around it; it is null where there is no text to show.
---@class (exact) peon.ReviewHunk
---@field hunkId peon.HunkId
---@field kind peon.HunkKind
---@field oldStart integer
---@field oldLines integer
---@field newStart integer
---@field newLines integer
---@field patch? string
---@field status peon.HunkStatus

--- A file that a turn changed. `kind`: added, modified, deleted, renamed, mode.
---@class (exact) peon.ReviewFile
---@field path string
---@field oldPath? string
---@field kind string
---@field binary boolean
---@field status peon.HunkStatus
---@field hunks peon.ReviewHunk[]

--- The changes of a turn: a page of `total` files; `nextOffset` is null on the last.
---@class (exact) peon.ReviewPage
---@field threadId peon.ThreadId
---@field turnId peon.TurnId
---@field files peon.ReviewFile[]
---@field total integer
---@field nextOffset? integer

--- Who last wrote a line, and why. What is not known, or is no turn's, is null.
---
--- `path` is the file it was written in, which may have been renamed since. `decidedBy` is who
--- allowed the tool call.
---@class (exact) peon.LineExplanation
---@field path string
---@field line integer
---@field origin peon.LineOrigin
---@field at? string
---@field threadId? peon.ThreadId
---@field turnId? peon.TurnId
---@field number? integer
---@field prompt? peon.Prompt
---@field itemId? peon.ItemId
---@field toolTitle? string
---@field actionId? peon.ActionId
---@field decidedBy? peon.Decider
---@field provider? string
---@field model? string

--- A worktree of a repository, the threads in it, and whether it was made for a thread.
---@class (exact) peon.Worktree
---@field path string
---@field branch? string
---@field commit? string
---@field made boolean
---@field threadIds peon.ThreadId[]

--- The worktrees of a repository, the one with the repository itself first.
---@class (exact) peon.WorktreeList
---@field worktrees peon.Worktree[]

--- What a commit would be called; null where the thread has done nothing to tell of.
---@class (exact) peon.ProposedMessage
---@field message? string

--- Make a branch that begins at `base`, or where the repository stands, and go to it.
---
--- With `checkout` false the files, and the branch that is checked out, stay as they are.
---@class (exact) peon.CreateBranch
---@field threadId peon.ThreadId
---@field name string
---@field base? string
---@field checkout? boolean
---@field commandId? peon.CommandId

--- Open a pull request (a merge request) for the branch that is checked out.
---
--- The branch is pushed first where its remote lacks it, or commits of it. Without a title or a
--- body, what the thread was asked for and what the agent said last are proposed. Without a `base`
--- it is for the branch that its repository is usually merged into.
---@class (exact) peon.OpenPullRequest
---@field threadId peon.ThreadId
---@field title? string
---@field body? string
---@field base? string
---@field draft? boolean
---@field commandId? peon.CommandId

--- The branches of the thread's repository, or of the project's, the current one first.
---
--- At most `limit` of them are told.
---@class (exact) peon.ListBranches
---@field projectId? peon.ProjectId
---@field threadId? peon.ThreadId
---@field limit? integer

--- The newest commit of a branch. `at` is when it was made.
---@class (exact) peon.BranchCommit
---@field hash string
---@field subject string
---@field at string

--- A branch. `worktree` is the folder that it is checked out in, if it is in one.
---
--- `ahead` and `behind` count commits against `upstream`, which may be gone: then both are 0.
---@class (exact) peon.Branch
---@field name string
---@field upstream? string
---@field ahead integer
---@field behind integer
---@field current boolean
---@field worktree? string
---@field lastCommit peon.BranchCommit

--- Branches; `total` counts those too that are not told. `current` is null on no branch.
---@class (exact) peon.BranchList
---@field current? string
---@field branches peon.Branch[]
---@field total integer

--- A branch was made, and begins at `commit`.
---@class (exact) peon.BranchResult
---@field sequence integer
---@field threadId peon.ThreadId
---@field operationId peon.OperationId
---@field branch string
---@field commit string
---@field checkedOut boolean

--- A pull request is open at `url`.
---
--- Where it was open before (`existing`), its title and body are as they were.
---@class (exact) peon.PullRequestResult
---@field sequence integer
---@field threadId peon.ThreadId
---@field operationId peon.OperationId
---@field url string
---@field branch string
---@field title string
---@field existing boolean

--- What became of an operation that was to be stopped.
---@alias peon.CancelOutcome
---| "cancelled" # It was stopped, and failed with `operation.cancelled`.
---| "tooLate" # It has ended by itself, or can only be finished; its own event says what came of it.
---| "nothing" # Nothing is under way in the thread.

--- Stop the operation that is under way in a thread; with an id, that one and no other.
---@class (exact) peon.CancelOperation
---@field threadId peon.ThreadId
---@field operationId? peon.OperationId

--- What became of it. `operationId` is null where nothing was under way.
---@class (exact) peon.CancelResult
---@field threadId peon.ThreadId
---@field operationId? peon.OperationId
---@field outcome peon.CancelOutcome
---@field sequence integer

--- Events of a subscription, in order, none missing.
---
--- `through` is the sequence the subscription has come to: subscribe again after it to go on.
---@class (exact) peon.EventsAppended
---@field subscriptionId peon.SubscriptionId
---@field through integer
---@field events peon.StoredEvent[]

--- A live fragment of text, before it is recorded. It may be dropped and is never in the log.
---
--- `offset` and `end` count UTF-8 bytes of the item's text: drop what ends at or before what you
--- have, read the thread again where there is a gap.
---@class (exact) peon.TurnDelta
---@field threadId peon.ThreadId
---@field turnId peon.TurnId
---@field itemId peon.ItemId
---@field kind peon.ItemKind
---@field offset integer
---@field end integer
---@field text string

--- What a program says while an operation runs it: a hook, git, a set-up command.
---
--- `stream` is `stdout` or `stderr`. It may be dropped and is never in the log.
---@class (exact) peon.OperationProgress
---@field threadId peon.ThreadId
---@field operationId peon.OperationId
---@field stream string
---@field text string

--- The subscription is over: subscribe again after `after`.
---
--- The client was too slow, or its server was lost and another has taken its place.
---@class (exact) peon.EventsResync
---@field subscriptionId peon.SubscriptionId
---@field after integer

--- The server's health changed: ok, or readOnly after a failed write.
---
--- `message` says what to do.
---@class (exact) peon.ServerStatusChanged
---@field health string
---@field message? string

--- The numbers of JSON-RPC and of the Language Server Protocol 3.17.
---@alias peon.ErrorCode
---| -32700
---| -32600
---| -32601
---| -32602
---| -32603
---| -32002
---| -32800
---| -32801 # A cursor or a base is stale: read again.
---| -32803 # Refused, unavailable, or failed outside.

--- Every `kind` that is not a rejection's.
---@alias peon.FailureKind
---| "json.invalid" # The message is not JSON in UTF-8.
---| "request.invalid" # The message is JSON, but no request that can be taken.
---| "message.tooLarge" # The message is longer than the server takes; it was not read.
---| "method.notFound" # There is no such method.
---| "params.invalid" # The params do not fit; `details.problems` lists where and why.
---| "server.notInitialized" # A request came before `initialize` was answered.
---| "server.shuttingDown" # A request came after `shutdown`, or the server stopped before the answer.
---| "server.lost" # The server died or was stopped before the answer; the log tells what became of it.
---| "request.cancelled" # The client cancelled the request; what was recorded stays recorded.
---| "cursor.stale" # The cursor names history that this log does not have.
---| "unavailable" # Something that is needed is not there: a program, a place, room.
---| "external.failed" # An agent or another program failed; the message holds its own words.
---| "store.failed" # The log cannot be written or read; `details.reference` is in the log file.
---| "server.bug" # A fault of the server; `details.reference` is in the log file.
---| "blob.notFound" # No value is kept under this hash.
---| "subscription.notFound" # This client has no such subscription.
---| "checkpoint.failed" # The files could not be kept.
---| "checkpoint.tooLate" # The files could not be kept in time.
---| "checkpoint.busy" # The folder was busy with other checkpoints for too long.
---| "checkpoint.incomplete" # The files as they are now could not be kept whole, so nothing was restored over them.
---| "checkpoint.notStored" # The disk where checkpoints are kept is full, or cannot be written to.
---| "workspace.notAFolder" # The project's folder is not there, is no folder, or cannot be entered.
---| "restore.failed" # The files could not be brought back.
---| "review.fileNotFound" # The turn did not change this file.
---| "review.hunkNotFound" # The turn made no such change.
---| "worktree.notFound" # There is no such worktree of this repository.
---| "worktree.branchExists" # The branch that was to be begun from a base is there already.
---| "worktree.copyFailed" # A file could not be copied into the worktree.
---| "worktree.setupFailed" # A set-up command failed; the message holds the end of what it said.
---| "worktree.dirty" # Something in the worktree is not committed.
---| "worktree.detached" # The worktree is on no branch, so its commits could be lost.
---| "worktree.mounted" # Something is mounted in the worktree from elsewhere.
---| "git.badBranch" # This cannot be the name of a branch.
---| "git.branchExists" # There is a branch of this name already.
---| "git.wouldOverwrite" # Going to the branch would overwrite files that are not committed.
---| "git.noBranch" # No branch is checked out, or it has no commit.
---| "pullRequest.noProgram" # Neither `gh` nor `glab` is installed that could open it there.
---| "pullRequest.needsLogin" # The program that opens pull requests is not logged in.
---| "pullRequest.failed" # The pull request was not opened; the message holds the program's own words.
---| "git.noSuchCommit" # There is no such branch, tag or commit.
---| "file.noSuchLine" # There is no such file, or it has not so many lines, or git ignores it.
---| "operation.lost" # The server stopped while the work was under way.
---| "operation.cancelled" # A client had the work stopped; there is a remedy where it is not known what it leaves.
---| "git.missing" # There is no git, or it is too old.
---| "git.failed" # Git failed; the message holds its own words.
---| "git.notARepository" # The folder is in no repository.
---| "git.nothingToCommit" # Nothing has changed.
---| "git.hookFailed" # A hook of the user's refused; the message holds its words.
---| "git.noIdentity" # Git does not know who commits.
---| "git.noRemote" # The branch has nowhere to go.
---| "git.rejected" # The remote did not take the push.
---| "git.locked" # Another git works in the repository.
---| "git.timedOut" # Git did not finish in time and was stopped.

--- The `data` of an error response.
---
--- `details` are the rejection's own fields, or `problems`, or `reference`.
---@class (exact) peon.ErrorContent
---@field kind string
---@field message string
---@field retryable boolean
---@field remedy? string
---@field details peon.JsonValue

--- The id names no live project.
---@class (exact) peon.ProjectNotFoundDetails
---@field projectId peon.ProjectId

--- The id was given to a project before, perhaps one deleted since.
---@class (exact) peon.ProjectIdUsedDetails
---@field projectId peon.ProjectId

--- The folder, after resolving links, is the root of a live project; `projectId` names it.
---@class (exact) peon.ProjectRootInUseDetails
---@field root string
---@field projectId peon.ProjectId

--- The path cannot be a project's folder. `reason` completes «the folder …».
---@class (exact) peon.ProjectRootUnusableDetails
---@field root string
---@field reason string

--- A thread of the project runs, waits for approval, or has an operation under way.
---@class (exact) peon.ProjectHasRunningThreadsDetails
---@field projectId peon.ProjectId
---@field threadIds peon.ThreadId[]

--- A title must have something to read.
---@class (exact) peon.TitleBlankDetails

--- The id names no live thread.
---@class (exact) peon.ThreadNotFoundDetails
---@field threadId peon.ThreadId

--- The id was given to a thread before, perhaps one deleted since.
---@class (exact) peon.ThreadIdUsedDetails
---@field threadId peon.ThreadId

--- An archived thread takes no turns.
---@class (exact) peon.ThreadArchivedDetails
---@field threadId peon.ThreadId

--- No action of the thread waits for an answer.
---@class (exact) peon.ThreadNotAwaitingApprovalDetails
---@field threadId peon.ThreadId

--- No provider has this id.
---@class (exact) peon.ProviderUnknownDetails
---@field provider string

--- The provider's program is not there, so a turn could only fail.
---@class (exact) peon.ProviderNotAvailableDetails
---@field provider string
---@field reason string
---@field install? string

--- The agent has said that it needs a log-in, and nothing is known to have changed since.
---@class (exact) peon.ProviderNeedsLoginDetails
---@field provider string
---@field reason string
---@field how string

--- The agent offers no such way to log in.
---@class (exact) peon.LoginMethodUnknownDetails
---@field provider string
---@field method string
---@field known string[]

--- Clients speak for the provider `host` only; every other is driven by the server.
---@class (exact) peon.ProviderNotHostDetails
---@field threadId peon.ThreadId
---@field provider string

--- The provider cannot keep what this mode promises.
---@class (exact) peon.ModeNotSupportedDetails
---@field provider string
---@field mode string

--- The thread has a turn in progress.
---@class (exact) peon.TurnInProgressDetails
---@field threadId peon.ThreadId
---@field turnId peon.TurnId

--- The thread has no turn that this could belong to.
---@class (exact) peon.TurnNotInProgressDetails
---@field threadId peon.ThreadId

--- The turn in progress is not the one that was named.
---@class (exact) peon.TurnMismatchDetails
---@field threadId peon.ThreadId
---@field turnId peon.TurnId
---@field inProgress peon.TurnId

--- The id belongs to a turn with another prompt.
---@class (exact) peon.TurnIdUsedDetails
---@field turnId peon.TurnId

--- The thread has no such turn.
---@class (exact) peon.TurnNotFoundDetails
---@field threadId peon.ThreadId
---@field turnId peon.TurnId

--- A prompt must ask something.
---@class (exact) peon.PromptEmptyDetails

--- The prompt is longer than can be taken; `what` says of what, and both are counted in that.
---@class (exact) peon.PromptTooLargeDetails
---@field size integer
---@field limit integer
---@field what string

--- The agent takes no content of this type.
---@class (exact) peon.PromptNotSupportedDetails
---@field provider string
---@field content string

--- The thread's agent offers no such option.
---@class (exact) peon.OptionUnknownDetails
---@field optionId string
---@field known string[]

--- The option cannot have this value.
---@class (exact) peon.OptionValueUnknownDetails
---@field optionId string
---@field value peon.OptionValue
---@field known string[]

--- The option is one that has a field of its own.
---@class (exact) peon.OptionReservedDetails
---@field optionId string
---@field field string

--- A server of the Model Context Protocol is not described as it must be.
---@class (exact) peon.McpInvalidDetails
---@field server string
---@field problem string

--- The thread's turns have used what they may.
---@class (exact) peon.BudgetSpentDetails
---@field threadId peon.ThreadId

--- No such message waits in the thread; without an id, none waits at all.
---@class (exact) peon.MessageNotFoundDetails
---@field threadId peon.ThreadId
---@field messageId? peon.MessageId

--- The id belongs to another message of the thread, or to one that was removed.
---@class (exact) peon.MessageIdUsedDetails
---@field messageId peon.MessageId

--- The message is on its way to the agent, which is asked whether it takes it.
---@class (exact) peon.MessageBeingSentDetails
---@field messageId peon.MessageId

--- As many messages wait as may.
---@class (exact) peon.QueueFullDetails
---@field threadId peon.ThreadId
---@field limit integer

--- The thread never had this action.
---@class (exact) peon.ActionNotFoundDetails
---@field threadId peon.ThreadId
---@field actionId peon.ActionId

--- A provider asked twice under one id.
---@class (exact) peon.ActionIdUsedDetails
---@field actionId peon.ActionId

--- Somebody was first: `by` says who, `decision` how.
---@class (exact) peon.ActionAlreadyResolvedDetails
---@field actionId peon.ActionId
---@field decision peon.Decision
---@field by peon.Decider

--- What was answered is not what the question asks for; `problems` says it field by field.
---@class (exact) peon.ActionAnswersInvalidDetails
---@field actionId peon.ActionId
---@field problems peon.AnswerProblem[]

--- The agent offered no option of the kind that the answer needs.
---@class (exact) peon.ActionHasNoSuchOptionDetails
---@field actionId peon.ActionId

--- What may be asked next could not be told from this: only this once can be allowed.
---@class (exact) peon.ActionScopeNotAvailableDetails
---@field actionId peon.ActionId
---@field scope peon.Scope

--- The project has no such rule.
---@class (exact) peon.RuleNotFoundDetails
---@field projectId peon.ProjectId
---@field ruleId peon.RuleId

--- The id was given to another rule of the project, perhaps one removed since.
---@class (exact) peon.RuleIdUsedDetails
---@field ruleId peon.RuleId

--- A rule must say which actions it is about.
---@class (exact) peon.RuleEmptyDetails

--- A rule names the first words of one command; `reason` completes «it …».
---@class (exact) peon.RuleCommandUnusableDetails
---@field command string
---@field reason string

--- The id names no checkpoint.
---@class (exact) peon.CheckpointNotFoundDetails
---@field checkpointId peon.CheckpointId

--- The checkpoint belongs to another thread.
---@class (exact) peon.CheckpointOfAnotherThreadDetails
---@field checkpointId peon.CheckpointId
---@field threadId peon.ThreadId

--- The checkpoint's files are no longer kept.
---@class (exact) peon.CheckpointExpiredDetails
---@field checkpointId peon.CheckpointId

--- Workspace work of the thread is under way.
---@class (exact) peon.OperationInProgressDetails
---@field threadId peon.ThreadId
---@field operation string

--- The operation that is under way is not the one that was named.
---@class (exact) peon.OperationMismatchDetails
---@field threadId peon.ThreadId
---@field operationId peon.OperationId
---@field inProgress peon.OperationId

--- Work of this kind is short, and is always done to its end.
---@class (exact) peon.OperationNotCancellableDetails
---@field threadId peon.ThreadId
---@field operation string

--- A turn works in the folder that would be restored.
---@class (exact) peon.WorkspaceBusyDetails
---@field root string
---@field threadId peon.ThreadId

--- A checkpoint is found again by its description.
---@class (exact) peon.DescriptionBlankDetails

--- Either a project or a thread says which folder is meant.
---@class (exact) peon.FolderNotNamedDetails

--- The worktree was taken away.
---@class (exact) peon.WorktreeIsRemovedDetails
---@field threadId peon.ThreadId

--- The thread works in the project's folder.
---@class (exact) peon.WorktreeNoneDetails
---@field threadId peon.ThreadId

--- The worktree was there before the thread.
---@class (exact) peon.WorktreeNotMadeDetails
---@field path string

--- The worktree is there.
---@class (exact) peon.WorktreePresentDetails
---@field threadId peon.ThreadId

--- Other threads work there too.
---@class (exact) peon.WorktreeSharedDetails
---@field threadIds peon.ThreadId[]

--- A worktree is either one that is there, or a new one with a branch.
---@class (exact) peon.WorktreeUnclearDetails

--- A commit needs a message.
---@class (exact) peon.MessageBlankDetails

--- A pull request needs a title.
---@class (exact) peon.PullRequestTitleBlankDetails

--- A verdict is on some change at least.
---@class (exact) peon.NothingChosenDetails

--- A path leads out of the project's folder.
---@class (exact) peon.PathOutsideWorkspaceDetails
---@field path string

--- A conversation goes back as a whole: paths choose among files.
---@class (exact) peon.PathsWithoutFilesDetails

--- The command id came with another command before.
---@class (exact) peon.CommandIdReusedDetails
---@field commandId peon.CommandId

local M = {}

M.protocol_version = 1

---@type string[]
M.requests = {
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
}

---@type string[]
M.notifications = {
  "events/appended",
  "turn/delta",
  "operation/progress",
  "events/resync",
  "server/statusChanged",
}

---@type string[]
M.commands = {
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
  "git/createBranch",
  "git/pullRequest",
  "review/accept",
  "review/reject",
  "worktree/remove",
  "worktree/restore",
}

---@type string[]
M.events = {
  "project.created",
  "project.configured",
  "project.deleted",
  "rule.added",
  "rule.removed",
  "thread.created",
  "thread.configured",
  "thread.deleted",
  "message.queued",
  "message.edited",
  "message.removed",
  "message.reordered",
  "message.steered",
  "turn.started",
  "turn.interruptRequested",
  "turn.completed",
  "turn.failed",
  "item.recorded",
  "action.requested",
  "action.resolved",
  "checkpoint.created",
  "checkpoint.restored",
  "checkpoint.expired",
  "changes.committed",
  "changes.pushed",
  "branch.created",
  "pullRequest.opened",
  "review.requested",
  "review.recorded",
  "worktree.created",
  "worktree.removed",
  "worktree.restored",
  "session.opened",
  "session.configured",
  "session.closed",
  "operation.requested",
  "operation.failed",
  "thread.erased",
  "event.erased",
}

return M
