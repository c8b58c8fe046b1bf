// Bundles the extension: its two halves, and the programs that test them.

import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const tests = join(here, "../../tests/editors/vscode");
const forTests = process.argv.includes("--tests");

const common = {
  absWorkingDir: here,
  bundle: true,
  sourcemap: forTests && "inline",
  target: "es2023",
  logLevel: "warning",
  nodePaths: [join(here, "node_modules")],
};
const node = { ...common, platform: "node", format: "cjs", external: ["vscode"] };
const browser = {
  ...common,
  platform: "browser",
  format: "iife",
  jsx: "automatic",
  jsxImportSource: "preact",
  alias: {
    react: "preact/compat",
    "react-dom": "preact/compat",
    entities: join(here, "src/webview/entities.ts"),
  },
  loader: { ".svg": "text" },
};

if (forTests) {
  await build({ ...node, entryPoints: [join(tests, "unit/*.test.ts")], outdir: "dist/unit" });
  await build({ ...node, entryPoints: [join(tests, "host/run.ts")], outfile: "dist/host/run.js" });
} else {
  await rm(join(here, "dist"), { recursive: true, force: true });
  const options = { minify: true, outdir: "dist" };
  await build({ ...node, ...options, entryPoints: { extension: "src/extension.ts" } });
  await build({
    ...browser,
    ...options,
    entryPoints: { webview: "src/webview/main.tsx", style: "src/webview/style.css" },
  });
}
