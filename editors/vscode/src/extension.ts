// The composition root: makes every part and hands each what it needs. Nothing is started here; the
// server is when a view is looked at or a command is used.

import * as vscode from "vscode";

import { Chats } from "./chat/chats";
import { branchCommands } from "./commands/branches";
import { budgetCommands } from "./commands/budgets";
import { fileCommands } from "./commands/files";
import { gitCommands } from "./commands/git";
import { loginCommands } from "./commands/logins";
import { mcpServerCommands } from "./commands/mcpServers";
import { reviewCommands } from "./commands/review";
import { ruleCommands } from "./commands/rules";
import { serverCommands } from "./commands/server";
import { showingCommands } from "./commands/showing";
import type { Around } from "./commands/targets";
import { type Command, threadCommands } from "./commands/threads";
import { worktreeCommands } from "./commands/worktrees";
import { Approvals } from "./editor/approvals";
import { CommitMessages } from "./editor/commitMessages";
import { watchContexts } from "./editor/contexts";
import { Documents, SCHEME } from "./editor/documents";
import { Peon } from "./editor/peon";
import { Rules } from "./editor/rules";
import { Servers } from "./editor/servers";
import { Why } from "./editor/why";
import { Work } from "./editor/work";
import { CurrentReview } from "./review/current";
import { Remarks } from "./review/remarks";
import type { Client } from "./server/client";
import { Session } from "./server/session";
import { Supervisor } from "./server/supervisor";
import { Store } from "./store";
import { ReviewTree } from "./views/review";
import { RulesTree } from "./views/rules";
import { StatusItem } from "./views/status";
import { ThreadsTree } from "./views/threads";

/** What other extensions may use. */
export interface Api {
  readonly store: Store;
  readonly peon: Peon;
}

let supervisor: Supervisor | undefined;

export function activate(context: vscode.ExtensionContext): Api {
  const log = vscode.window.createOutputChannel("Peon", { log: true });
  const trace = vscode.window.createOutputChannel("Peon Protocol", { log: true });
  const store = new Store();
  const session = new Session(store);
  const peon: Peon = new Peon(store, session, log, () => started());
  const work = new Work(peon);
  const servers = new Servers(context, log, () => peon);
  const started = (): Supervisor => {
    supervisor ??= supervise(peon, session, servers, work, log, trace);
    return supervisor;
  };
  const rules = new Rules(peon);
  const chats = new Chats(peon, rules, context.extensionUri, context.workspaceState);
  const tree = new ThreadsTree(peon);
  const review = new CurrentReview(peon);
  const around: Around = {
    peon,
    chats,
    rules,
    work,
    messages: new CommitMessages(),
    review,
    reviewTree: new ReviewTree(review),
    remarks: new Remarks(peon, review),
  };
  const why = new Why(peon);
  const commands = {
    "peon.whyLine": () => why.show(),
    ...threadCommands(around, tree),
    ...branchCommands(around),
    ...budgetCommands(around),
    ...fileCommands(around),
    ...gitCommands(around),
    ...loginCommands(around),
    ...mcpServerCommands(around),
    ...reviewCommands(around),
    ...ruleCommands(around),
    ...worktreeCommands(around),
    ...showingCommands(around),
    ...serverCommands(peon, servers, trace),
  };
  context.subscriptions.push(
    log,
    trace,
    ...Object.values(around),
    tree,
    new RulesTree(peon, rules),
    new StatusItem(peon),
    new Approvals(peon, chats),
    watchContexts(peon),
    vscode.languages.registerHoverProvider({ scheme: "file" }, why),
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, new Documents(peon)),
    ...Object.entries(commands).map(([name, command]) => registered(peon, name, command)),
    vscode.workspace.onDidChangeConfiguration((event) => {
      const decides = ["peon.path", "peon.interpreter", "peon.stateDirectory"];
      if (supervisor !== undefined && decides.some((each) => event.affectsConfiguration(each))) {
        void peon.restart();
      }
    }),
  );
  return { store, peon };
}

export async function deactivate(): Promise<void> {
  await supervisor?.stop();
  supervisor = undefined;
}

/** A command whose refusal is shown to the user. */
function registered(peon: Peon, name: string, command: Command): vscode.Disposable {
  return vscode.commands.registerCommand(name, (...args: unknown[]) =>
    peon.attempt(async () => await (command as (...args: unknown[]) => unknown)(...args)),
  );
}

function supervise(
  peon: Peon,
  session: Session,
  servers: Servers,
  work: Work,
  log: vscode.LogOutputChannel,
  trace: vscode.LogOutputChannel,
): Supervisor {
  return new Supervisor({
    find: () => servers.find(),
    meet: async (client) => {
      listenForCondition(peon, client);
      work.listen(client);
      await session.meet(client, identity(servers));
      log.info(`the server is ${session.greeting?.version}, its log ${session.greeting?.logId}`);
      void peon.attempt(() => peon.readProviders());
    },
    lost: () => session.lost(),
    tell: (health) => {
      log.info(JSON.stringify(health));
      peon.tell(health);
    },
    log: (line) => log.info(line),
    trace: (direction, message) => {
      if (trace.logLevel === vscode.LogLevel.Trace) {
        trace.trace(`${direction} ${JSON.stringify(message)}`);
      }
    },
    now: () => performance.now(),
    wait: (milliseconds, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        signal.addEventListener("abort", () => {
          clearTimeout(timer);
          resolve();
        });
      }),
  });
}

function listenForCondition(peon: Peon, client: Client): void {
  peon.condition = { health: "ok", message: null };
  client.on("server/statusChanged", (params) => {
    peon.condition = params;
    peon.touch();
  });
}

function identity(servers: Servers) {
  const variables = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    name: vscode.env.appName,
    version: servers.version,
    environment: Object.fromEntries(variables),
    folders: (vscode.workspace.workspaceFolders ?? []).map((folder) => ({
      uri: folder.uri.toString(),
      name: folder.name,
    })),
  };
}
