// One connection to a server: typed requests, and notifications in the order they came.
// Invariant: knows no editor and no process; it is given two streams.

import {
  createMessageConnection,
  type MessageConnection,
  ProgressType,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";

import type { Notifications, Requests } from "../protocol_gen";
import { Disconnected, Refusal } from "./failures";

export type Method = keyof Requests;

export interface Cancellation {
  readonly isCancellationRequested: boolean;
  onCancellationRequested(listener: () => void): { dispose(): void };
}

/** What `initialize` tells, as far as a client of Peon cares. */
export interface Greeting {
  readonly version: string;
  readonly logId: string;
  readonly methods: ReadonlySet<string>;
  /** Members of params that came after their methods; of an older server, fewer. */
  readonly addedParams: Readonly<Record<string, readonly string[]>>;
}

export interface Identity {
  readonly name: string;
  readonly version: string;
  readonly environment: Record<string, string>;
  readonly folders: readonly { uri: string; name: string }[];
}

/** Called with every message that passes, for the trace. */
export type Trace = (direction: "→" | "←", message: unknown) => void;

/** What the progress of a start is called. */
const START = "start";

export class Client {
  private constructor(
    private readonly connection: MessageConnection,
    readonly closed: Promise<void>,
  ) {}

  static over(input: NodeJS.ReadableStream, output: NodeJS.WritableStream, trace: Trace): Client {
    const reader = new StreamMessageReader(input);
    const writer = new StreamMessageWriter(output);
    const connection = createMessageConnection(reader, writer);
    const write = writer.write.bind(writer);
    writer.write = (message) => {
      trace("→", message);
      return write(message);
    };
    const listen = reader.listen.bind(reader);
    reader.listen = (callback) =>
      listen((message) => {
        trace("←", message);
        callback(message);
      });
    const closed = new Promise<void>((resolve) => {
      connection.onClose(resolve);
      connection.onError(() => resolve());
    });
    return new Client(connection, closed);
  }

  on<N extends keyof Notifications>(
    method: N,
    listener: (params: Notifications[N]["params"]) => void,
  ): void {
    this.connection.onNotification(method, listener);
  }

  /** A server that takes long to start says how far it is. */
  onStart(listener: (how: string) => void): void {
    this.connection.onProgress(new ProgressType<{ message?: string }>(), START, ({ message }) => {
      listener(message ?? "");
    });
  }

  async greet(identity: Identity): Promise<Greeting> {
    this.connection.listen();
    const answer = await this.send("initialize", {
      workDoneToken: START,
      processId: process.pid,
      clientInfo: { name: identity.name, version: identity.version },
      capabilities: { experimental: { peon: { protocolVersion: 1 } } },
      workspaceFolders: identity.folders.length > 0 ? identity.folders : null,
      initializationOptions: { environment: identity.environment },
    });
    await this.connection.sendNotification("initialized", {});
    return greetingOf(answer);
  }

  async request<M extends Method>(
    method: M,
    params: Requests[M]["params"],
    cancellation?: Cancellation,
  ): Promise<Requests[M]["result"]> {
    return (await this.send(method, params, cancellation)) as Requests[M]["result"];
  }

  /** Says goodbye; the process ends by itself then. */
  async leave(): Promise<void> {
    await this.send("shutdown", undefined);
    await this.connection.sendNotification("exit");
  }

  dispose(): void {
    this.connection.dispose();
  }

  private async send(
    method: string,
    params: unknown,
    cancellation?: Cancellation,
  ): Promise<unknown> {
    const answered = (
      cancellation === undefined
        ? this.connection.sendRequest(method, params)
        : this.connection.sendRequest(method, params, cancellation as never)
    ).catch((error: unknown) => {
      throw understood(error);
    });
    const gone = this.closed.then(() => {
      throw new Disconnected();
    });
    return await Promise.race([answered, gone]);
  }
}

interface Offered {
  methods: string[];
  logId: string;
  addedParams?: Greeting["addedParams"];
}

function greetingOf(answer: unknown): Greeting {
  const { serverInfo, capabilities } = answer as {
    serverInfo: { version: string };
    capabilities: { experimental: { peon: Offered } };
  };
  const { methods, logId, addedParams = {} } = capabilities.experimental.peon;
  return { version: serverInfo.version, logId, methods: new Set(methods), addedParams };
}

function understood(error: unknown): unknown {
  if (!(error instanceof ResponseError)) {
    return error;
  }
  const data = (error.data ?? {}) as Partial<Refusal> & { details?: Record<string, unknown> };
  return new Refusal(
    error.message,
    data.kind ?? "unknown",
    data.remedy ?? null,
    data.details ?? {},
  );
}
