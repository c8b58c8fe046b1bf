// Which server is started: found with real interpreters, in folders made for the purpose.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, test } from "node:test";

import type { Bundle } from "../../../../editors/vscode/src/server/environment";
import {
  type Found,
  isFound,
  locate,
  type NotFound,
  type Place,
} from "../../../../editors/vscode/src/server/locate";

const PYTHON = process.env["PEON_TEST_PYTHON"] ?? "";
const home = realpathSync(mkdtempSync(join(tmpdir(), "peon-locate-")));
after(() => rmSync(home, { recursive: true }));
assert.ok(PYTHON, "run these tests with make test-vscode");

let count = 0;

function folder(): string {
  count += 1;
  const path = join(home, String(count));
  mkdirSync(path);
  return path;
}

/** A folder with programs of these names, which say nothing that anybody understands. */
function programs(path: string, ...names: string[]): string {
  mkdirSync(path, { recursive: true });
  for (const name of names) {
    writeFileSync(join(path, name), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  }
  return path;
}

/** A bundle that needs what it names of compiled packages. */
function bundle(compiled = ""): Bundle {
  const path = folder();
  mkdirSync(join(path, "libs", "peon"), { recursive: true });
  writeFileSync(join(path, "compiled.txt"), compiled);
  return { libraries: join(path, "libs"), compiled: join(path, "compiled.txt") };
}

function place(changes: Partial<Place>): Place {
  return {
    path: [],
    interpreter: "",
    pathVariable: "",
    workspaceFolders: [],
    bundle: undefined,
    storage: join(home, "storage"),
    ...changes,
  };
}

async function found(changes: Partial<Place>): Promise<Found> {
  const result = await locate(place(changes));
  assert.ok(isFound(result), JSON.stringify(result));
  return result;
}

async function notFound(changes: Partial<Place>): Promise<NotFound> {
  const result = await locate(place(changes));
  assert.ok(!isFound(result), JSON.stringify(result));
  return result;
}

test("the setting peon.path wins over everything, and is taken as it stands", async () => {
  const path = ["/opt/peon", "--verbose"];
  const { argv } = await found({ path, bundle: bundle(), interpreter: PYTHON });
  assert.deepEqual(argv, path);
});

test("the copy in the extension wins over what is on PATH", async () => {
  const pathVariable = programs(folder(), "peon");
  const first = await found({ bundle: bundle(), interpreter: PYTHON, pathVariable });
  assert.deepEqual(first.argv.slice(1), ["-I", "-m", "peon"]);
  assert.ok(first.argv[0]?.startsWith(join(home, "storage", "environment-")), first.argv[0]);
});

test("an environment that was made is used again, and another bundle has another one", async () => {
  const one = bundle();
  const first = await found({ bundle: one, interpreter: PYTHON });
  assert.deepEqual((await found({ bundle: one, interpreter: PYTHON })).argv, first.argv);
  assert.notDeepEqual((await found({ bundle: bundle(), interpreter: PYTHON })).argv, first.argv);
});

test("a copy whose compiled packages are missing gives way to peon on PATH", async () => {
  const pathVariable = programs(folder(), "peon");
  const needy = bundle("no-such-package==1.0 \\\n    --hash=sha256:00\n");
  const { argv } = await found({ bundle: needy, interpreter: PYTHON, pathVariable });
  assert.deepEqual(argv, [join(pathVariable, "peon")]);
});

test("a Python that has peon is the last that is looked at, and is isolated", async () => {
  const { argv } = await found({ interpreter: PYTHON });
  assert.deepEqual(argv, [PYTHON, "-I", "-m", "peon"]);
});

test("where there is none it is said why, and what could be made to run", async () => {
  const needy = bundle("no-such-package==1.0 \\\n    --hash=sha256:00\n");
  const lacking = programs(folder(), "python3");
  assert.match((await notFound({ pathVariable: lacking })).obstacle, /none was found on PATH/);
  const wrong = await notFound({ interpreter: join(lacking, "python3") });
  assert.match(wrong.obstacle, /peon\.interpreter/);
  const question = "import sys; print(getattr(sys, '_base_executable', sys.executable))";
  const bare = execFileSync(PYTHON, ["-I", "-c", question], { encoding: "utf8" }).trim();
  const incomplete = await notFound({ interpreter: bare, bundle: needy });
  assert.match(incomplete.obstacle, /compiled/);
  assert.equal(incomplete.preparable?.path, bare);
});

test("nothing that a workspace brings along is ever executed", async () => {
  const workspace = folder();
  const bin = programs(join(workspace, ".venv", "bin"), "peon");
  const python = join(bin, "python3");
  const caught = join(workspace, "caught");
  writeFileSync(python, `#!/bin/sh\ntouch ${caught}\nexec ${PYTHON} "$@"\n`, { mode: 0o755 });
  const workspaceFolders = [workspace];
  // On PATH as it is, by a relative name, by a link to the folder, and by links to its programs.
  const linked = join(folder(), "bin");
  symlinkSync(bin, linked);
  const links = folder();
  symlinkSync(join(bin, "peon"), join(links, "peon"));
  symlinkSync(python, join(links, "python3"));
  for (const entry of [bin, ".venv/bin", linked, links]) {
    await notFound({ workspaceFolders, pathVariable: entry, bundle: bundle() });
  }
  // And where the workspace itself is known by a link.
  const alias = join(folder(), "alias");
  symlinkSync(workspace, alias);
  await notFound({ workspaceFolders: [alias], pathVariable: bin, bundle: bundle() });
  const both = [bin, dirname(PYTHON)].join(delimiter);
  const { argv } = await found({ workspaceFolders, pathVariable: both });
  assert.ok(argv[0]?.startsWith(dirname(PYTHON)), argv[0]);
  assert.throws(() => realpathSync(caught), "a Python of the workspace was started");
});
