// Commands about worktrees: a thread in one of its own, and what becomes of that later.

import { randomUUID } from "node:crypto";
import { access } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";

import { settings } from "../editor/servers";
import { Steps } from "../editor/steps";
import type { ProjectId, ThreadView, WorktreeChoice } from "../protocol_gen";
import { branchTrouble, commandsOf, lineOf, pathsOf } from "../state/setups";
import { chooseBase } from "./branches";
import { type Around, type Target, threadOf } from "./targets";
import { type Chosen, type Command, workspaceFolder } from "./threads";

export function worktreeCommands(around: Around): Record<string, Command> {
  return {
    "peon.newThreadInWorktree": (chosen?: Chosen) => newThread(around, chosenIn(chosen)),
    "peon.removeWorktree": (target: Target) => remove(around, target),
    "peon.restoreWorktree": (target: Target) => restore(around, target),
    "peon.openWorktree": async (target: Target) => {
      const thread = await withWorktree(around, target);
      if (thread !== undefined) {
        const uri = vscode.Uri.file(around.peon.folderOf(thread));
        await vscode.commands.executeCommand("vscode.openFolder", uri, { forceNewWindow: true });
      }
    },
  };
}

/** What was chosen beside the prompt; a menu hands over what it was opened on instead. */
function chosenIn({ provider, model, mode, options }: Chosen = {}): Chosen {
  return {
    ...(provider == null ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
    ...(mode === undefined ? {} : { mode }),
    ...(options === undefined ? {} : { options }),
  };
}

const NEW = "new";

/** Ask where, make it, and show the thread that works there. */
async function newThread(around: Around, chosen: Chosen): Promise<void> {
  const { peon, work, chats } = around;
  const folder = await workspaceFolder();
  if (folder === undefined) {
    return;
  }
  await peon.connected();
  const projectId = await peon.projectOf(folder);
  const worktree = await chooseWorktree(around, projectId, folder.uri.fsPath);
  const threadId = `thr-${randomUUID()}`;
  const params = { ...chosen, projectId, threadId, worktree };
  const title = worktree.path == null ? "Making the worktree" : "Beginning the thread";
  await work.run(title, threadId, (stop) => peon.ask("thread/create", params, stop));
  await chats.open(threadId);
}

async function chooseWorktree(
  around: Around,
  projectId: ProjectId,
  root: string,
): Promise<WorktreeChoice> {
  const { peon } = around;
  const { worktrees } = await peon.ask("worktree/list", { projectId });
  const steps = new Steps("A thread in a worktree");
  const others = worktrees.slice(1);
  const path =
    others.length === 0
      ? NEW
      : await steps.choose<string>("Which worktree?", [
          { label: "$(add) A new one", value: NEW },
          ...others.map((each) => {
            const names = each.threadIds.map((id) => peon.store.thread(id)?.title ?? id);
            const detail = names.length === 0 ? {} : { detail: `Here too: ${names.join(", ")}` };
            const label = `$(git-branch) ${each.branch ?? each.commit?.slice(0, 8) ?? "no commit"}`;
            return { label, description: each.path, ...detail, value: each.path };
          }),
        ]);
  return path === NEW ? await describeNew(around, steps, projectId, root) : { path };
}

async function describeNew(
  around: Around,
  steps: Steps,
  projectId: ProjectId,
  root: string,
): Promise<WorktreeChoice> {
  const branch = await steps.write("The branch of the worktree; one that is there is used", {
    value: "peon/",
    valueSelection: [5, 5],
    validateInput: branchTrouble,
  });
  const base = await chooseBase(around, steps, { projectId });
  const copy = await steps.write("Files to copy into it, parted by commas. Empty: none", {
    value: (await usualCopies(root)).join(", "),
  });
  const setup = await steps.write(
    "Commands that set it up, parted by “;”. No shell reads them. Empty: none",
    { value: lineOf(settings().get<string[][]>("worktreeSetup", [])) },
  );
  return {
    branch: branch.trim(),
    base,
    copy: pathsOf(copy),
    setup: commandsOf(setup),
  };
}

/** What the setting says is copied, as far as it is there. */
async function usualCopies(root: string): Promise<string[]> {
  const names = settings().get<string[]>("worktreeCopy", []);
  const there = await Promise.all(
    names.map((name) =>
      access(join(root, name)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return names.filter((_, place) => there[place]);
}

async function withWorktree(around: Around, target: Target): Promise<ThreadView | undefined> {
  const thread = await threadOf(around, target);
  if (thread !== undefined && thread.worktree === null) {
    void vscode.window.showInformationMessage("The thread works in the project's own folder.");
    return undefined;
  }
  return thread;
}

const REMOVE = "Remove";

async function remove(around: Around, target: Target): Promise<void> {
  const thread = await withWorktree(around, target);
  if (thread === undefined) {
    return;
  }
  const { threadId, worktree, title } = thread;
  const answer = await vscode.window.showWarningMessage(
    `Remove the worktree of “${title}”?`,
    {
      modal: true,
      detail: `${worktree?.path}\n\nIts branch${worktree?.branch ? ` ${worktree.branch}` : ""} stays, and it can be brought back. What is not committed keeps it from being removed.`,
    },
    REMOVE,
  );
  if (answer === REMOVE) {
    await around.work.run("Removing the worktree", threadId, (stop) =>
      around.peon.ask("worktree/remove", { threadId }, stop),
    );
  }
}

async function restore(around: Around, target: Target): Promise<void> {
  const thread = await withWorktree(around, target);
  if (thread !== undefined) {
    const { threadId } = thread;
    await around.work.run("Bringing the worktree back", threadId, (stop) =>
      around.peon.ask("worktree/restore", { threadId }, stop),
    );
  }
}
