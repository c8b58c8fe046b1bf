// Runs the suite of the extension host with mocha, whose report goes where the test can read it.

import { join } from "node:path";
import { pathToFileURL } from "node:url";

import type MochaClass from "mocha";

export async function run(): Promise<void> {
  // Mocha finds its own parts by where it is, so it is not bundled.
  const place = join(__dirname, "../../node_modules/mocha/index.js");
  const loaded = (await import(pathToFileURL(place).href)) as { default: typeof MochaClass };
  const mocha = new loaded.default({ ui: "bdd", reporter: "spec", color: false, timeout: 60_000 });
  mocha.suite.emit("pre-require", globalThis, "", mocha);
  await import("./suite");
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) {
    throw new Error(`${failures} failed`);
  }
}
