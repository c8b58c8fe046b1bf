// Commands about projects and threads.

import * as vscode from "vscode";
import { UNTRUSTED } from "../editor/peon";
import type { ThreadId } from "../protocol_gen";
import type { Choosing } from "../state/options";
import { waiting } from "../state/selectors";
import type { ThreadsTree } from "../views/threads";
import { type Around, chooseThread, projectOf, type Target, threadOf } from "./targets";

export interface Chosen extends Choosing {
  provider?: string | null;
}

export function threadCommands(around: Around, tree: ThreadsTree): Record<string, Command> {
  const { peon, chats } = around;
  return {
    "peon.newThread": async () => {
      peon.start();
      await chats.open(undefined);
    },
    "peon.createThread": (chosen: Chosen = {}) => createThread(around, chosen),
    "peon.openThread": async (target: Target) => {
      const thread =
        target === undefined ? await chooseThread(around) : await threadOf(around, target);
      if (thread !== undefined) {
        await chats.open(thread.threadId);
      }
    },
    "peon.openInEditor": async (target: Target) => {
      const thread = await threadOf(around, target);
      if (thread !== undefined) {
        chats.openTab(thread.threadId);
      }
    },
    "peon.renameThread": (target: Target) => renameThread(around, target),
    "peon.archiveThread": (target: Target) => archive(around, target, true),
    "peon.unarchiveThread": (target: Target) => archive(around, target, false),
    "peon.deleteThread": (target: Target) => deleteThread(around, target),
    "peon.renameProject": (target: Target) => renameProject(around, target),
    "peon.deleteProject": (target: Target) => deleteProject(around, target),
    "peon.filterThreads": async () => {
      const filter = await vscode.window.showInputBox({
        title: "Show threads with these words",
        prompt: "Title, agent, or: needs you, running, failed, stopped, done",
      });
      if (filter !== undefined) {
        tree.setFilter(filter);
      }
    },
    "peon.clearFilter": () => tree.setFilter(""),
    "peon.showArchived": () => tree.showArchived(true),
    "peon.hideArchived": () => tree.showArchived(false),
    "peon.interruptTurn": async (target: Target) => {
      const thread = await threadOf(around, target);
      if (thread !== undefined) {
        await peon.ask("turn/interrupt", { threadId: thread.threadId });
      }
    },
    "peon.nextApproval": async () => {
      await peon.connected();
      const next = waiting(peon.store.state)[0];
      if (next === undefined) {
        void vscode.window.showInformationMessage("Nothing waits for you.");
      } else {
        await chats.reveal(next.threadId, next.action.actionId);
      }
    },
    "peon.approveNext": () => answerNext(around, "action/approve"),
    "peon.rejectNext": () => answerNext(around, "action/reject"),
  };
}

export type Command = (...args: never[]) => unknown;

/** Make a thread in the folder that is open; the folder becomes a project if it is none. */
async function createThread(around: Around, chosen: Chosen): Promise<ThreadId | undefined> {
  const folder = await workspaceFolder();
  if (folder === undefined) {
    return undefined;
  }
  await around.peon.connected();
  const projectId = await around.peon.projectOf(folder);
  const { threadId } = await around.peon.ask("thread/create", { projectId, ...chosen });
  return threadId;
}

export async function workspaceFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    const answer = await vscode.window.showInformationMessage(
      "Agents work in a folder. Open one first.",
      "Open Folder…",
    );
    if (answer !== undefined) {
      await vscode.commands.executeCommand("workbench.action.files.openFolder");
    }
    return undefined;
  }
  if (!(await requireTrust())) {
    return undefined;
  }
  return folders.length === 1 ? folders[0] : await vscode.window.showWorkspaceFolderPick();
}

/** Whether an agent may be started; where it may not, the user is told. */
export async function requireTrust(): Promise<boolean> {
  if (!vscode.workspace.isTrusted) {
    const answer = await vscode.window.showWarningMessage(UNTRUSTED, "Manage Trust");
    if (answer !== undefined) {
      await vscode.commands.executeCommand("workbench.trust.manage");
    }
  }
  return vscode.workspace.isTrusted;
}

async function renameThread(around: Around, target: Target): Promise<void> {
  const thread = await threadOf(around, target);
  const title =
    thread &&
    (await vscode.window.showInputBox({
      title: "Rename the thread",
      value: thread.title,
      validateInput: (value) => (value.trim() === "" ? "A title has at least one letter." : null),
    }));
  if (title !== undefined && thread !== undefined) {
    await around.peon.ask("thread/configure", { threadId: thread.threadId, title });
  }
}

async function archive(around: Around, target: Target, archived: boolean): Promise<void> {
  const thread = await threadOf(around, target);
  if (thread !== undefined) {
    await around.peon.ask("thread/configure", { threadId: thread.threadId, archived });
  }
}

async function deleteThread(around: Around, target: Target): Promise<void> {
  const thread = await threadOf(around, target);
  if (thread === undefined) {
    return;
  }
  const answer = await vscode.window.showWarningMessage(
    `Delete “${thread.title}”?`,
    { modal: true, detail: "Its checkpoints go with it: what it did cannot be undone any more." },
    "Delete",
  );
  if (answer !== undefined) {
    await around.peon.ask("thread/delete", { threadId: thread.threadId });
  }
}

async function renameProject(around: Around, target: Target): Promise<void> {
  const project = projectOf(around, target);
  const title =
    project &&
    (await vscode.window.showInputBox({ title: "Rename the project", value: project.title }));
  if (project !== undefined && title !== undefined) {
    await around.peon.ask("project/configure", { projectId: project.projectId, title });
  }
}

async function deleteProject(around: Around, target: Target): Promise<void> {
  const project = projectOf(around, target);
  if (project === undefined) {
    return;
  }
  const answer = await vscode.window.showWarningMessage(
    `Delete the project “${project.title}” and its threads?`,
    { modal: true, detail: `The folder ${project.root} itself is not touched.` },
    "Delete",
  );
  if (answer !== undefined) {
    await around.peon.ask("project/delete", { projectId: project.projectId });
  }
}

async function answerNext(
  around: Around,
  method: "action/approve" | "action/reject",
): Promise<void> {
  const next = waiting(around.peon.store.state)[0];
  if (next === undefined) {
    void vscode.window.showInformationMessage("Nothing waits for you.");
    return;
  }
  const { threadId, action } = next;
  if (method === "action/approve" && (action.fields?.length ?? 0) > 0) {
    // A question is answered, not allowed.
    await around.chats.reveal(threadId, action.actionId);
  } else {
    await around.peon.ask(method, { threadId, actionId: action.actionId });
  }
}
