// Finding the server: what a setting names, then the copy in the extension, then `peon` on PATH,
// then a Python that has it. Never anything that a workspace has brought along.

import { existsSync, realpathSync } from "node:fs";
import { delimiter, isAbsolute, join, relative } from "node:path";

import { adopt, type Bundle, compiledPackages, hasAll, placeOf, pythonIn } from "./environment";
import { type Interpreter, inspect, isNewEnough } from "./interpreter";

/** What is known before anything is looked for. */
export interface Place {
  /** The setting `peon.path`: a program and its first arguments. */
  readonly path: readonly string[];
  /** The setting `peon.interpreter`. */
  readonly interpreter: string;
  readonly pathVariable: string;
  readonly workspaceFolders: readonly string[];
  readonly bundle: Bundle | undefined;
  /** Folder of the extension's own in which environments are made. */
  readonly storage: string;
}

export interface Found {
  readonly argv: readonly string[];
  /** How it was found, for the log and for people. */
  readonly how: string;
  /** What follows `serve`. */
  readonly options?: readonly string[];
}

/** There is none; `preparable` is a Python in which the bundled one could be made to run. */
export interface NotFound {
  readonly obstacle: string;
  readonly preparable: Interpreter | undefined;
}

export async function locate(place: Place): Promise<Found | NotFound> {
  if (place.path.length > 0) {
    return { argv: [...place.path], how: "the setting peon.path" };
  }
  const interpreters = await usable(place);
  return (
    (await bundled(place, interpreters)) ??
    onPath(place) ??
    ofInterpreter(interpreters) ?? {
      obstacle: obstacleOf(place, interpreters),
      preparable: place.bundle === undefined ? undefined : interpreters[0],
    }
  );
}

export function isFound(result: Found | NotFound): result is Found {
  return "argv" in result;
}

async function bundled(
  place: Place,
  interpreters: readonly Interpreter[],
): Promise<Found | undefined> {
  const { bundle } = place;
  if (bundle === undefined) {
    return undefined;
  }
  const wanted = await compiledPackages(bundle);
  for (const interpreter of interpreters) {
    const environment = await placeOf(place.storage, bundle, interpreter);
    const how = `the server in the extension, on ${interpreter.path}`;
    if (existsSync(join(environment, "complete"))) {
      return { argv: isolated(pythonIn(environment)), how };
    }
    if (hasAll(interpreter, wanted)) {
      return { argv: isolated(await adopt(environment, bundle, interpreter)), how };
    }
  }
  return undefined;
}

function onPath(place: Place): Found | undefined {
  const program = programs(place, ["peon"])[0];
  return program === undefined ? undefined : { argv: [program], how: `${program} on PATH` };
}

function ofInterpreter(interpreters: readonly Interpreter[]): Found | undefined {
  const having = interpreters.find((each) => each.hasPeon);
  return having && { argv: isolated(having.path), how: `Peon in ${having.path}` };
}

function isolated(python: string): string[] {
  return [python, "-I", "-m", "peon"];
}

/** Every Python that is new enough, the one that is set first. */
async function usable(place: Place): Promise<Interpreter[]> {
  const names = ["python3", "python", "python3.14", "python3.13", "python3.12", "python3.11"];
  const paths = place.interpreter === "" ? programs(place, names) : [place.interpreter];
  const packages = place.bundle === undefined ? [] : await compiledPackages(place.bundle);
  const looked = await Promise.all(paths.map((path) => inspect(path, Object.keys(packages))));
  return looked.filter((each) => each !== undefined).filter(isNewEnough);
}

/**
 * Programs of these names on PATH, best name first; none that is in a folder of the workspace, or
 * that a link leads to there.
 */
function programs(place: Place, names: readonly string[]): string[] {
  const roots = place.workspaceFolders.map(real).filter((root) => root !== undefined);
  const isForeign = (path: string) => {
    const where = real(path);
    return where !== undefined && !roots.some((root) => isInside(root, where));
  };
  const folders = place.pathVariable
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .filter(isForeign);
  const endings = process.platform === "win32" ? [".exe"] : [""];
  const paths = names.flatMap((name) =>
    folders.flatMap((folder) => endings.map((ending) => join(folder, name + ending))),
  );
  return [...new Set(paths)].filter(isForeign);
}

/** The path without links in it; undefined where nothing is there. */
function real(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function isInside(root: string, folder: string): boolean {
  const way = relative(root, folder);
  return way === "" || (!way.startsWith("..") && !isAbsolute(way));
}

function obstacleOf(place: Place, interpreters: readonly Interpreter[]): string {
  if (place.interpreter !== "" && interpreters.length === 0) {
    return `The setting peon.interpreter names ${place.interpreter}, which is no Python 3.11 or later.`;
  }
  if (interpreters.length === 0) {
    return "Peon's server needs Python 3.11 or later, and none was found on PATH.";
  }
  return "Peon's server needs a few compiled Python packages that are not installed yet.";
}
