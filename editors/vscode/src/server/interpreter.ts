// What can be known of a Python before anything of it is used.
// Invariant: it is started isolated (`-I`), so that no folder puts modules of its own in the way.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const LOOK_MILLISECONDS = 15_000;

export interface Interpreter {
  readonly path: string;
  /** Major and minor. */
  readonly version: readonly [number, number];
  /** Versions of the packages asked for that it has. */
  readonly packages: Readonly<Record<string, string>>;
  /** Where its packages are. */
  readonly folders: readonly string[];
  readonly hasPeon: boolean;
}

export const OLDEST = [3, 11] as const;

/** What Python says of itself; undefined where it is none, or does not answer. */
export async function inspect(
  path: string,
  packages: readonly string[],
): Promise<Interpreter | undefined> {
  try {
    const { stdout } = await run(path, ["-I", "-c", QUESTION, ...packages], {
      timeout: LOOK_MILLISECONDS,
      windowsHide: true,
    });
    return { path, ...(JSON.parse(stdout) as Omit<Interpreter, "path">) };
  } catch {
    // Not there, not Python, or too old to understand the question: it is not one to be used.
    return undefined;
  }
}

export function isNewEnough(interpreter: Interpreter): boolean {
  const [major, minor] = interpreter.version;
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

const QUESTION = `
import importlib.metadata, importlib.util, json, sys, sysconfig
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps({
    "version": list(sys.version_info[:2]),
    "packages": found,
    "folders": sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}),
    "hasPeon": importlib.util.find_spec("peon") is not None,
}))
`;
