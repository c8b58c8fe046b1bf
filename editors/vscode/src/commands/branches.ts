// Commands about branches of the user's repository: listed, made, and offered for others to take.

import * as vscode from "vscode";

import { type Choice, required, Steps } from "../editor/steps";
import type { Branch, ListBranches, ThreadView } from "../protocol_gen";
import { branchWords } from "../state/branches";
import { partsOf } from "../state/messages";
import { branchNameOf, branchTrouble } from "../state/setups";
import { since } from "../views/words";
import { type Around, type Target, threadOf } from "./targets";
import type { Command } from "./threads";

export function branchCommands(around: Around): Record<string, Command> {
  return {
    "peon.showBranches": (target: Target) => show(around, target),
    "peon.createBranch": async (target: Target) => {
      const thread = await threadOf(around, target);
      if (thread !== undefined) {
        await create(around, thread);
      }
    },
    "peon.createPullRequest": (target: Target) => createPullRequest(around, target),
  };
}

const MOST_BRANCHES = 200;

export async function branchesOf(
  around: Around,
  where: Pick<ListBranches, "projectId" | "threadId">,
): Promise<Branch[]> {
  if (!around.peon.can("git/branches")) {
    return [];
  }
  return (await around.peon.ask("git/branches", { ...where, limit: MOST_BRANCHES })).branches;
}

function choiceOf(branch: Branch): Choice<Branch> {
  const { lastCommit } = branch;
  return {
    label: `$(${branch.current ? "check" : "git-branch"}) ${branch.name}`,
    description: branchWords(branch),
    detail: `${lastCommit.hash.slice(0, 8)} ${lastCommit.subject} · ${since(lastCommit.at)}`,
    value: branch,
  };
}

async function show(around: Around, target: Target): Promise<void> {
  const thread = await threadOf(around, target);
  if (thread === undefined) {
    return;
  }
  const branches = await branchesOf(around, { threadId: thread.threadId });
  const steps = new Steps("Branches");
  const branch = await steps.choose<Branch | null>("Which one?", [
    { label: "$(add) A new one…", value: null },
    ...branches.map(choiceOf),
  ]);
  if (branch === null) {
    await create(around, thread);
    return;
  }
  const act = await steps.choose<() => unknown>(`What about ${branch.name}?`, [
    {
      label: "$(git-branch) Begin a new branch from it…",
      value: () => create(around, thread, branch.name),
    },
    {
      label: "$(copy) Copy its name",
      value: () => vscode.env.clipboard.writeText(branch.name),
    },
  ]);
  await act();
}

async function create(around: Around, thread: ThreadView, from?: string): Promise<void> {
  const { threadId } = thread;
  const steps = new Steps("Create a branch", from === undefined ? 3 : 2);
  const name = await steps.write("The name of the branch", {
    value: branchNameOf(thread.title),
    validateInput: branchTrouble,
  });
  const base = from ?? (await chooseBase(around, steps, { threadId }));
  const checkout = await steps.choose("And then?", [
    {
      label: "Go to it",
      description: "the folder's files become those of the branch",
      value: true,
    },
    { label: "Only make it", description: "files and branch stay as they are", value: false },
  ]);
  const made = await around.work.run("Creating the branch", threadId, (stop) =>
    around.peon.ask("git/createBranch", { threadId, name: name.trim(), base, checkout }, stop),
  );
  const where = made.checkedOut ? "It is checked out." : "What is checked out is as it was.";
  void vscode.window.showInformationMessage(`Made the branch ${made.branch}. ${where}`);
}

/** What a new branch begins from: null is where the folder stands now. */
export async function chooseBase(
  around: Around,
  steps: Steps,
  where: Pick<ListBranches, "projectId" | "threadId">,
): Promise<string | null> {
  const branches = await branchesOf(around, where);
  const here = branches.find((each) => each.current);
  const base = await steps.choose<string | null>("What does it begin from?", [
    {
      label: "$(target) Where the folder stands now",
      description: here?.name ?? "",
      value: null,
    },
    ...branches.map((each) => ({ ...choiceOf(each), value: each.name })),
    { label: "$(edit) Something else…", value: "" },
  ]);
  return base !== ""
    ? base
    : (
        await steps.write("A branch, a tag or a commit", {
          validateInput: required("Name a branch, a tag or a commit."),
        })
      ).trim();
}

async function createPullRequest(around: Around, target: Target): Promise<void> {
  const { peon } = around;
  const thread = await threadOf(around, target);
  if (thread === undefined) {
    return;
  }
  const { threadId } = thread;
  const branches = await branchesOf(around, { threadId });
  const current = branches.find((each) => each.current);
  if (current === undefined) {
    void vscode.window.showInformationMessage("No branch is checked out that could be offered.");
    return;
  }
  const { message } = await peon.ask("git/proposeMessage", { threadId });
  const steps = new Steps(`Open a pull request for ${current.name}`, 3);
  const title = await steps.write("Its title. Its body says what was asked for and done.", {
    value: partsOf(message ?? thread.title).subject,
    validateInput: required("A pull request needs a title."),
  });
  const base = await steps.choose<string | null>("Into which branch?", [
    { label: "$(repo) The usual one", description: "of its repository", value: null },
    ...branches
      .filter((each) => !each.current)
      .map((each) => ({ ...choiceOf(each), value: each.name })),
  ]);
  const draft = await steps.choose("Is it ready?", [
    { label: "Ready to be reviewed", value: false },
    { label: "A draft", value: true },
  ]);
  const params = { threadId, title: title.trim(), base, draft };
  const made = await around.work.run("Opening the pull request", threadId, (stop) =>
    peon.ask("git/pullRequest", params, stop),
  );
  const words = made.existing ? "It was open already" : "The pull request is open";
  const open = await vscode.window.showInformationMessage(
    `${words}: ${made.title}`,
    "Open",
    "Copy",
  );
  if (open === "Open") {
    await vscode.env.openExternal(vscode.Uri.parse(made.url, true));
  } else if (open === "Copy") {
    await vscode.env.clipboard.writeText(made.url);
  }
}
