// The rules of projects, read when they are wanted and again when they change, and who settled what.

import * as vscode from "vscode";

import type { ProjectId, RuleView, StoredEvent, ThreadId } from "../protocol_gen";
import { NOTHING_READ, type Read, rulesOf, type Settled, withEvents } from "../state/decisions";
import { aboutWords } from "../state/rules";
import { threadsOf } from "../state/selectors";
import type { Peon } from "./peon";

const PAGE_OF_EVENTS = 1_000;
/** So far back is looked for what a rule has settled: it takes reading whole threads. */
const MOST_THREADS = 20;
const MOST_SETTLED = 50;

export class Rules implements vscode.Disposable {
  private readonly known = new Map<ProjectId, Promise<RuleView[]>>();
  private readonly read = new Map<ThreadId, Read>();
  private readonly changed = new vscode.EventEmitter<void>();
  /** The rules of some project are not what they were. */
  readonly onChange = this.changed.event;
  private readonly listening: { dispose(): void }[];

  constructor(private readonly peon: Peon) {
    this.listening = [
      this.changed,
      peon.onHealth(() => this.forget()),
      peon.store.onMessage((message) => {
        if (message.method === "events/appended" && message.params.events.some(isOfRules)) {
          this.forget();
        }
      }),
    ];
  }

  async of(projectId: ProjectId): Promise<RuleView[]> {
    let rules = this.known.get(projectId);
    if (rules === undefined) {
      rules = this.peon.ask("rule/list", { projectId }).then((answer) => answer.rules);
      this.known.set(projectId, rules);
      rules.catch(() => this.known.delete(projectId));
    }
    return await rules;
  }

  /** What a rule is about, of those that are there; for words about a decision. */
  async namesIn(projectId: ProjectId): Promise<(ruleId: string) => string | undefined> {
    const names = new Map(
      (await this.of(projectId)).map((rule) => [rule.ruleId as string, aboutWords(rule)]),
    );
    return (ruleId) => names.get(ruleId);
  }

  /** Every action of a thread that is settled, oldest first; only what is new is read. */
  async settledIn(
    threadId: ThreadId,
    cancellation?: vscode.CancellationToken,
  ): Promise<readonly Settled[]> {
    for (;;) {
      const read = this.read.get(threadId) ?? NOTHING_READ;
      const params = { threadId, after: read.after, limit: PAGE_OF_EVENTS };
      const { events, head } = await this.peon.ask("events/read", params, cancellation);
      const isAll = events.length < PAGE_OF_EVENTS;
      const known = withEvents(read, events);
      this.read.set(threadId, isAll ? { ...known, after: head } : known);
      if (isAll) {
        return known.settled;
      }
    }
  }

  /** What a rule has settled in the threads that were last at work, the newest first. */
  async settledBy(rule: RuleView): Promise<readonly Settled[]> {
    const threads = threadsOf(this.peon.store.state, rule.projectId, true);
    const found: Settled[] = [];
    for (const { threadId } of threads.slice(0, MOST_THREADS)) {
      const settled = await this.settledIn(threadId);
      found.push(...settled.filter(({ by }) => rulesOf(by).includes(rule.ruleId)));
    }
    return found.sort((one, other) => other.at.localeCompare(one.at)).slice(0, MOST_SETTLED);
  }

  private forget(): void {
    this.known.clear();
    this.changed.fire();
  }

  dispose(): void {
    vscode.Disposable.from(...this.listening).dispose();
  }
}

function isOfRules(event: StoredEvent): boolean {
  return event.type === "rule.added" || event.type === "rule.removed";
}
