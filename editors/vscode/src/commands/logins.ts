// Logging in to an agent: its own ways are offered; what a person has to do is made ready.

import * as vscode from "vscode";

import type { AuthenticateResult, ThreadId } from "../protocol_gen";
import { type Choice, type Way, waysOf } from "../state/logins";
import type { Around } from "./targets";
import { type Command, requireTrust } from "./threads";

export function loginCommands(around: Around): Record<string, Command> {
  return { "peon.logIn": (threadId?: unknown) => logIn(around, threadId) };
}

async function logIn(around: Around, threadId: unknown): Promise<void> {
  // The agent is started for it.
  const providerId = (await requireTrust()) ? await providerOf(around, threadId) : undefined;
  if (providerId === undefined) {
    return;
  }
  const name = around.peon.providerName(providerId);
  const found = await authenticate(around, providerId, `Asking ${name} how to log in`);
  if (found.authenticated) {
    void vscode.window.showInformationMessage(`${name} is logged in.`);
    return;
  }
  const title = `Log in to ${name}`;
  const ways: (vscode.QuickPickItem & Choice)[] = waysOf(found.methods);
  if (ways.length === 0) {
    throw new Error(found.remedy ?? `${name} needs a log-in and tells no way to do it.`);
  }
  const chosen = await vscode.window.showQuickPick(ways, { title, matchOnDetail: true });
  if (chosen !== undefined) {
    await follow(around, providerId, chosen.way);
  }
}

/** The agent of a thread, or one that is chosen. */
async function providerOf(around: Around, threadId: unknown): Promise<string | undefined> {
  const { peon } = around;
  const thread = typeof threadId === "string" ? peon.store.thread(threadId as ThreadId) : undefined;
  if (thread !== undefined) {
    return thread.provider;
  }
  await peon.connected();
  const items = peon.providers
    .filter((each) => each.available && each.providerId !== "host")
    .map(({ name, version, providerId }) => ({
      label: name,
      description: version ?? "",
      providerId,
    }));
  return (await vscode.window.showQuickPick(items, { title: "Log in to which agent?" }))
    ?.providerId;
}

async function follow(around: Around, providerId: string, way: Way): Promise<void> {
  const name = around.peon.providerName(providerId);
  switch (way.is) {
    case "ask": {
      const title = `Logging in to ${name}`;
      const { authenticated, remedy } = await authenticate(around, providerId, title, way.methodId);
      if (!authenticated) {
        throw new Error(remedy ?? `${name} still needs a log-in.`);
      }
      void vscode.window.showInformationMessage(`${name} is logged in. Ask it again.`);
      break;
    }
    case "terminal": {
      // It is written there and not run: that is for who reads it.
      const terminal = vscode.window.createTerminal(`Log in to ${name}`);
      terminal.show();
      terminal.sendText(way.command, false);
      await copied(way.command, `Run it in the terminal, then ask ${name} again.`);
      break;
    }
    case "variables":
      await copied(
        way.names.join(" "),
        `Set ${way.names.join(" and ")} where the editor is started, and start it again.`,
      );
      break;
    case "read":
      void vscode.window.showInformationMessage(way.words);
  }
}

async function copied(text: string, words: string): Promise<void> {
  if ((await vscode.window.showInformationMessage(words, "Copy")) === "Copy") {
    await vscode.env.clipboard.writeText(text);
  }
}

async function authenticate(
  { peon }: Around,
  providerId: string,
  title: string,
  methodId?: string,
): Promise<AuthenticateResult> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return await vscode.window.withProgress(options, async (_, cancellation) => {
    try {
      const method = methodId === undefined ? {} : { methodId };
      return await peon.ask("provider/authenticate", { providerId, ...method }, cancellation);
    } catch (error) {
      throw cancellation.isCancellationRequested ? new vscode.CancellationError() : error;
    }
  });
}
