// Keeps one server process: starts it, notices that it has gone, starts it again, ever more slowly.
// Invariant: knows no editor. At most one process; whoever wishes for a restart while one has begun
// gets that one.

import { type ChildProcess, spawn } from "node:child_process";

import type { Client, Trace } from "./client";
import type { Found } from "./locate";

export type Health =
  | { readonly is: "stopped" }
  /** How far it is, where that takes long. */
  | { readonly is: "starting"; readonly how?: string }
  | { readonly is: "running" }
  /** It went; the next attempt comes by itself. */
  | { readonly is: "waiting"; readonly seconds: number; readonly why: string }
  /** It will not be tried again before somebody asks. */
  | { readonly is: "failed"; readonly why: string };

export interface Surroundings {
  /** Where the server is. Rejects with the obstacle where there is none. */
  find(): Promise<Found>;
  /** Greets the server and takes in what it knows. Rejects if it will not serve. */
  meet(client: Client): Promise<void>;
  /** The server that was met has gone. */
  lost(): void;
  tell(health: Health): void;
  log(line: string): void;
  trace: Trace;
  /** Milliseconds, from wherever. */
  now(): number;
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

const DELAYS = [0, 250, 1_000, 4_000, 15_000, 30_000];
/** A server that lived this long did not die of how it was started. */
const YOUNG_MILLISECONDS = 60_000;
const LEAVE_MILLISECONDS = 3_000;

export class Supervisor {
  private wanted = false;
  private loop: Promise<void> | undefined;
  private stopping = new AbortController();
  private restarting: Promise<void> | undefined;
  private running: { process: ChildProcess; client: Client; ended: Promise<string> } | undefined;

  constructor(private readonly around: Surroundings) {}

  get client(): Client | undefined {
    return this.running?.client;
  }

  /** The process that was started; a relay, where the server itself is shared. */
  get pid(): number | undefined {
    return this.running?.process.pid;
  }

  /** Start it unless it is there or on its way. */
  start(): void {
    this.wanted = true;
    this.loop ??= this.keep().finally(() => {
      this.loop = undefined;
      if (this.wanted && this.stopping.signal.aborted) {
        // Asked to start while the last one was being stopped.
        this.stopping = new AbortController();
        this.start();
      }
    });
  }

  async stop(): Promise<void> {
    this.wanted = false;
    this.stopping.abort();
    await this.dismiss();
    await this.loop;
    if (!this.wanted) {
      this.stopping = new AbortController();
      this.around.tell({ is: "stopped" });
    }
  }

  async restart(): Promise<void> {
    this.restarting ??= this.stop().finally(() => {
      this.restarting = undefined;
      this.start();
    });
    await this.restarting;
  }

  private async keep(): Promise<void> {
    let failures = 0;
    while (this.wanted) {
      const began = this.around.now();
      const why = await this.serve();
      if (!this.wanted || this.stopping.signal.aborted) {
        return;
      }
      failures = this.around.now() - began > YOUNG_MILLISECONDS ? 1 : failures + 1;
      const delay = DELAYS[failures - 1];
      if (why.isFinal || delay === undefined) {
        this.wanted = false;
        this.around.tell({ is: "failed", why: why.message });
        return;
      }
      this.around.tell({ is: "waiting", seconds: delay / 1000, why: why.message });
      await this.around.wait(delay, this.stopping.signal);
    }
  }

  /** One process, from its start to its end; says why it ended. */
  private async serve(): Promise<{ message: string; isFinal: boolean }> {
    this.around.tell({ is: "starting" });
    let found: Found;
    try {
      found = await this.around.find();
    } catch (error) {
      return { message: messageOf(error), isFinal: true };
    }
    if (this.stopping.signal.aborted) {
      return { message: "It is not wanted any more.", isFinal: false };
    }
    // Only now: what speaks to a server is half of the code that the editor would read at its start.
    const { Client } = await import("./client");
    this.around.log(`starting ${found.argv.join(" ")} (${found.how})`);
    const [program = "", ...first] = found.argv;
    const process = spawn(program, [...first, "serve", ...(found.options ?? [])], {
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    });
    const ended = endOf(process, (line) => this.around.log(`stderr: ${line}`));
    const client = Client.over(process.stdout, process.stdin, this.around.trace);
    this.running = { process, client, ended };
    client.onStart((how) => this.around.tell({ is: "starting", how }));
    try {
      await this.around.meet(client);
      this.around.tell({ is: "running" });
      return { message: await ended, isFinal: false };
    } catch (error) {
      // A server that refuses says why; one that died is known by how it ended.
      process.kill();
      const end = await ended;
      const refused = error instanceof Error && error.name === "Refusal";
      return { message: refused ? messageOf(error) : end, isFinal: refused };
    } finally {
      this.running = undefined;
      client.dispose();
      this.around.lost();
    }
  }

  /** Say goodbye, and make sure that it goes. */
  private async dismiss(): Promise<void> {
    const { running } = this;
    if (running === undefined) {
      return;
    }
    const kill = setTimeout(() => running.process.kill("SIGKILL"), LEAVE_MILLISECONDS);
    try {
      await running.client.leave();
    } catch {
      running.process.kill();
    }
    await running.ended;
    clearTimeout(kill);
  }
}

/** How a process ended, in words. */
function endOf(process: ChildProcess, said: (line: string) => void): Promise<string> {
  let last = "";
  process.stderr?.on("data", (data: Buffer) => {
    for (const line of data.toString().split("\n").filter(Boolean)) {
      last = line;
      said(line);
    }
  });
  return new Promise((resolve) => {
    process.on("error", (error) => resolve(`The server cannot be started: ${error.message}.`));
    process.on("close", (code, signal) => {
      const how = signal === null ? `with code ${code}` : `by ${signal}`;
      resolve(`The server ended ${how}.${last === "" ? "" : ` ${last}`}`);
    });
  });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
