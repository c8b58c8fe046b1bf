// Bundles the extension: its two halves, and the programs that test them.

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const tests = join(here, "../../tests/editors/vscode");
const forTests = process.argv.includes("--tests");

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: !forTests,
  sourcemap: forTests,
  target: "es2023",
  logLevel: "warning",
  nodePaths: [join(here, "node_modules")],
};

const node = { ...common, platform: "node", format: "cjs", external: ["vscode", "mocha"] };

if (forTests) {
  await build({
    ...node,
    entryPoints: [join(tests, "unit/*.test.ts")],
    outdir: "dist/unit",
  });
} else {
  mkdirSync(join(here, "dist"), { recursive: true });
}
