// The composition root: makes every part and hands each what it needs. Nothing is started here; the
// server is when a view is looked at or a command is used.

import * as vscode from "vscode";

import { Chats } from "./chat/chats";
import { fileCommands } from "./commands/files";
import { serverCommands } from "./commands/server";
import { showingCommands } from "./commands/showing";
import { type Command, threadCommands } from "./commands/threads";
import { Approvals } from "./editor/approvals";
import { watchContexts } from "./editor/contexts";
import { Documents, SCHEME } from "./editor/documents";
import { Peon } from "./editor/peon";
import { Servers } from "./editor/servers";
import { Why } from "./editor/why";
import type { Client } from "./server/client";
import { Session } from "./server/session";
import { Supervisor } from "./server/supervisor";
import { Store } from "./store";
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
  const servers = new Servers(context, log, () => peon);
  const started = (): Supervisor => {
    supervisor ??= supervise(peon, session, servers, log, trace);
    return supervisor;
  };
  const chats = new Chats(peon, context.extensionUri);
  const tree = new ThreadsTree(peon);
  const around = { peon, chats };
  const why = new Why(peon);
  const commands = {
    "peon.whyLine": () => why.show(),
    ...threadCommands(around, tree),
    ...fileCommands(around),
    ...showingCommands(around),
    ...serverCommands(peon, servers, trace),
  };
  context.subscriptions.push(
    log,
    trace,
    peon,
    chats,
    tree,
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
  log: vscode.LogOutputChannel,
  trace: vscode.LogOutputChannel,
): Supervisor {
  return new Supervisor({
    find: () => servers.find(),
    meet: async (client) => {
      listenForCondition(peon, client);
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
