// Bundles the extension: its two halves, and the programs that test them.

import { readFile, rm } from "node:fs/promises";
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
  charset: "utf8",
  nodePaths: [join(here, "node_modules")],
};
/** Icons without what the style says of all of them, and with two decimals: they are small. */
const icons = {
  name: "icons",
  setup({ onLoad }) {
    onLoad({ filter: /\.svg$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const short = text
        .trim()
        .replace(/^<svg[^>]*>/, (tag) => tag.replace(/ (width|height|xmlns|fill)="[^"]*"/g, ""))
        .replace(/\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2))));
      return { contents: short, loader: "text" };
    });
  },
};

const node = { ...common, platform: "node", format: "cjs", external: ["vscode"] };
const browser = {
  ...common,
  platform: "browser",
  format: "iife",
  jsx: "automatic",
  jsxImportSource: "preact",
  alias: { entities: join(here, "src/webview/entities.ts") },
  plugins: [icons],
};

/**
 * The editor's API as one value for all modules. Left to itself each of them would ask the editor for
 * it, which looks at the disk each time, and copy all that is in it.
 */
const theEditor = {
  name: "the editor",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      return { contents: text.replace(/^import \* as vscode from "vscode";$/m, ""), loader: "ts" };
    });
  },
};

if (forTests) {
  await build({ ...node, entryPoints: [join(tests, "unit/*.test.ts")], outdir: "dist/unit" });
  await build({ ...node, entryPoints: [join(tests, "host/run.ts")], outfile: "dist/host/run.js" });
} else {
  await rm(join(here, "dist"), { recursive: true, force: true });
  const options = { minify: true, outdir: "dist" };
  await build({
    ...node,
    ...options,
    plugins: [theEditor],
    banner: { js: '"use strict";const vscode=require("vscode");' },
    entryPoints: { extension: "src/extension.ts" },
  });
  await build({
    ...browser,
    ...options,
    entryPoints: { webview: "src/webview/main.tsx", style: "src/webview/style.css" },
  });
}
