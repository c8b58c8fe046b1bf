// The Python environment in which the server that comes with the extension runs.
//
// The server and what it needs of pure Python are in the extension. Four packages are compiled and
// would have to be shipped for every system and every Python; they are the interpreter's own, where
// it has them in the right versions, and else installed once, pinned by hash, when the user agrees.

import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { type Interpreter, inspect } from "./interpreter";

const run = promisify(execFile);

export interface Bundle {
  /** Folder of the pure Python parts. */
  readonly libraries: string;
  /** Requirements with hashes: the compiled packages. */
  readonly compiled: string;
}

export function bundleIn(extension: string): Bundle | undefined {
  const bundle = {
    libraries: join(extension, "bundled", "libs"),
    compiled: join(extension, "bundled", "compiled.txt"),
  };
  return existsSync(join(bundle.libraries, "peon")) ? bundle : undefined;
}

/** Names and versions of the compiled packages. */
export async function compiledPackages(bundle: Bundle): Promise<Record<string, string>> {
  const text = await readFile(bundle.compiled, "utf8");
  return Object.fromEntries(
    [...text.matchAll(/^([a-z0-9-]+)==([^\s;]+)/gm)].map((match) => [match[1], match[2]]),
  );
}

export function hasAll(interpreter: Interpreter, wanted: Record<string, string>): boolean {
  return Object.entries(wanted).every(([name, version]) => interpreter.packages[name] === version);
}

/** Where the environment for this interpreter is, or will be. */
export async function placeOf(
  storage: string,
  bundle: Bundle,
  interpreter: Interpreter,
): Promise<string> {
  const parts = [
    bundle.libraries,
    await readFile(bundle.compiled, "utf8"),
    interpreter.path,
    interpreter.version.join("."),
  ];
  const key = createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16);
  return join(storage, `environment-${key}`);
}

export function pythonIn(environment: string): string {
  return process.platform === "win32"
    ? join(environment, "Scripts", "python.exe")
    : join(environment, "bin", "python");
}

/** Make an environment of an interpreter that has every compiled package. */
export async function adopt(
  environment: string,
  bundle: Bundle,
  interpreter: Interpreter,
): Promise<string> {
  return await make(environment, bundle, interpreter, interpreter.folders, async () => {});
}

/** Make an environment and install the compiled packages into it, telling what pip says. */
export async function install(
  environment: string,
  bundle: Bundle,
  interpreter: Interpreter,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<string> {
  return await make(environment, bundle, interpreter, [], async (packages) => {
    const options = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--no-compile"];
    await follow(
      interpreter.path,
      ["-I", "-m", "pip", "install", ...options, "--target", packages, "-r", bundle.compiled],
      signal,
      tell,
    );
  });
}

async function make(
  environment: string,
  bundle: Bundle,
  interpreter: Interpreter,
  folders: readonly string[],
  fill: (packages: string) => Promise<void>,
): Promise<string> {
  const python = pythonIn(environment);
  if (existsSync(join(environment, "complete"))) {
    return python;
  }
  await rm(environment, { recursive: true, force: true });
  await mkdir(environment, { recursive: true });
  await run(interpreter.path, ["-I", "-m", "venv", "--without-pip", environment], {
    windowsHide: true,
  });
  const made = await inspect(python, []);
  const packages = made?.folders[0];
  if (packages === undefined) {
    throw new Error(`${interpreter.path} made an environment that does not work.`);
  }
  await fill(packages);
  await writeFile(join(packages, "peon.pth"), `${[bundle.libraries, ...folders].join("\n")}\n`);
  await writeFile(join(environment, "complete.new"), "");
  await rename(join(environment, "complete.new"), join(environment, "complete"));
  return python;
}

/** Run a program to its end. Rejects with the last of what it said. */
async function follow(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, args, { signal, windowsHide: true });
    let last = "";
    const hear = (data: Buffer) => {
      for (const line of data.toString().split("\n").filter(Boolean)) {
        last = line;
        tell(line);
      }
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(last))));
  });
}
