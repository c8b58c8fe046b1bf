// The MCP servers of a project, which all its threads are given, or of one thread.

import * as vscode from "vscode";

import { type Choice, Steps } from "../editor/steps";
import type { McpServer, ProjectView, ThreadView } from "../protocol_gen";
import { Refusal } from "../server/failures";
import {
  addressTrouble,
  givenWords,
  nameTrouble,
  pairsOf,
  pairsText,
  programOf,
  type Reach,
  reachOf,
  targetOf,
  withServer,
} from "../state/mcpServers";
import { type Around, projectOf, type Target } from "./targets";
import type { Command } from "./threads";

export function mcpServerCommands(around: Around): Record<string, Command> {
  return { "peon.editMcpServers": (target: Target) => edit(around, target) };
}

/** Whose servers are edited; read anew each time, for what is put there is told by an event. */
interface Owner {
  readonly title: string;
  servers(): readonly McpServer[];
  /** Says of a server what is to be known beside what it is. */
  noteOn(server: McpServer): string;
  put(servers: McpServer[]): Promise<unknown>;
  readonly others: readonly Choice<Act>[];
}

type Act = "add" | "none" | McpServer;

async function edit(around: Around, target: Target): Promise<void> {
  await around.peon.connected();
  const owner = await ownerOf(around, target);
  // Until whoever looks at the list has seen enough of it.
  while (owner !== undefined) {
    const servers = owner.servers();
    const act = await new Steps(owner.title).choose<Act>("Which server?", [
      ...servers.map((server) => ({
        label: `$(plug) ${server.name}`,
        description: targetOf(server),
        detail: owner.noteOn(server),
        value: server,
      })),
      { label: "$(add) Add a server…", value: "add" as const },
      ...owner.others,
    ]);
    if (act === "none") {
      await owner.put([]);
    } else if (act === "add") {
      await describe(owner, undefined);
    } else {
      await change(owner, act);
    }
  }
}

async function ownerOf(around: Around, target: Target): Promise<Owner | undefined> {
  const { store } = around.peon;
  if (typeof target === "object" && target.is !== "project") {
    return ofThread(around, target.thread);
  }
  const { current } = around.chats;
  const thread = current === undefined ? undefined : store.thread(current);
  const project = projectOf(around, target);
  if (project === undefined) {
    void vscode.window.showInformationMessage(
      "The folder is no project yet: begin a thread first.",
    );
    return undefined;
  }
  if (target !== undefined || thread === undefined) {
    return ofProject(around, project);
  }
  return await new Steps("MCP servers").choose("Of what?", [
    {
      label: `$(root-folder) The project ${project.title}`,
      description: "for all its threads that have none of their own",
      value: ofProject(around, project),
    },
    {
      label: `$(comment) The thread “${thread.title}”`,
      description: thread.mcpServers === null ? "has those of the project" : "has its own",
      value: ofThread(around, thread),
    },
  ]);
}

function ofProject({ peon }: Around, { projectId, title }: ProjectView): Owner {
  const defaults = () => peon.store.state.projects.get(projectId)?.defaults ?? {};
  return {
    title: `MCP servers of ${title}`,
    servers: () => defaults().mcpServers ?? [],
    noteOn: () => "",
    put: (mcpServers) =>
      peon.ask("project/configure", { projectId, defaults: { ...defaults(), mcpServers } }),
    others: [],
  };
}

function ofThread({ peon }: Around, { threadId, projectId, title }: ThreadView): Owner {
  const thread = () => peon.store.thread(threadId);
  const ofItsProject = () => peon.store.state.projects.get(projectId)?.defaults.mcpServers ?? [];
  return {
    title: `MCP servers of “${title}”`,
    servers: () => thread()?.mcpServers ?? ofItsProject(),
    noteOn: ({ name }) =>
      [
        ...(thread()?.mcpServers == null ? ["of the project"] : []),
        givenWords(name, thread()?.session?.mcpServers ?? []),
      ]
        .filter(Boolean)
        .join(" · "),
    put: (mcpServers) => peon.ask("thread/configure", { threadId, mcpServers }),
    others: [
      {
        label: "$(circle-slash) None for this thread",
        description: "whatever the project has",
        value: "none",
      },
    ],
  };
}

async function change(owner: Owner, server: McpServer): Promise<void> {
  const act = await new Steps(owner.title).choose(`What about ${server.name}?`, [
    { label: "$(edit) Change it…", value: "change" as const },
    { label: "$(trash) Remove it", value: "remove" as const },
  ]);
  if (act === "remove") {
    await owner.put(owner.servers().filter(({ name }) => name !== server.name));
  } else {
    await describe(owner, server);
  }
}

const REACHES: Choice<Reach>[] = [
  { label: "$(terminal) A program that is started", value: "stdio" },
  { label: "$(globe) An address that is called", description: "HTTP", value: "http" },
  { label: "$(globe) An address that is listened to", description: "SSE", value: "sse" },
];

/** Ask for a server part by part, and again where the server will not have it. */
async function describe(owner: Owner, was: McpServer | undefined): Promise<void> {
  let known = was;
  let trouble = "";
  for (;;) {
    const server = await ask(owner, was, known, trouble);
    try {
      await owner.put(withServer(owner.servers(), was?.name ?? null, server));
      return;
    } catch (error) {
      if (!(error instanceof Refusal) || error.kind !== "mcp.invalid") {
        throw error;
      }
      known = server;
      trouble = `${error.sentence} `;
    }
  }
}

async function ask(
  owner: Owner,
  was: McpServer | undefined,
  known: McpServer | undefined,
  trouble: string,
): Promise<McpServer> {
  const taken = owner.servers().flatMap(({ name }) => (name === was?.name ? [] : [name]));
  const steps = new Steps(was === undefined ? "Add an MCP server" : `Change ${was.name}`, 4);
  const written = await steps.write(`${trouble}What is it called?`, {
    value: known?.name ?? "",
    validateInput: (value) => nameTrouble(value, taken),
  });
  const name = written.trim();
  const first = known === undefined ? "stdio" : reachOf(known);
  const reach = await steps.choose("How is it reached?", [
    ...REACHES.filter(({ value }) => value === first),
    ...REACHES.filter(({ value }) => value !== first),
  ]);
  return reach === "stdio"
    ? { name, ...(await program(steps, known)) }
    : { name, transport: reach, ...(await address(steps, known)) };
}

const SECRETS = `\${env:NAME} stands for a variable: a secret must be one.`;

async function program(steps: Steps, known?: McpServer): Promise<Omit<McpServer, "name">> {
  const line = await steps.write("The program and its arguments. No shell reads them.", {
    value: known?.command == null ? "" : targetOf(known),
    validateInput: (value) => (programOf(value) === undefined ? "One program, please." : null),
  });
  const env = await pairs(
    steps,
    "=",
    `Its variables: NAME=value; OTHER=value. ${SECRETS}`,
    known?.env,
  );
  return { ...programOf(line), env };
}

async function address(steps: Steps, known?: McpServer): Promise<Omit<McpServer, "name">> {
  const url = await steps.write("Its address", {
    value: known?.url ?? "",
    placeHolder: "https://",
    validateInput: addressTrouble,
  });
  const words = `Headers it is sent: Name: value; Other: value. ${SECRETS}`;
  return { url: url.trim(), headers: await pairs(steps, ":", words, known?.headers) };
}

async function pairs(
  steps: Steps,
  mark: "=" | ":",
  words: string,
  known: Record<string, string> = {},
): Promise<Record<string, string>> {
  const text = await steps.write(`${words} Empty: none`, {
    value: pairsText(known, mark),
    validateInput: (value) =>
      pairsOf(value, mark) === undefined ? `Write each as NAME${mark}value.` : null,
  });
  return pairsOf(text, mark) ?? {};
}
