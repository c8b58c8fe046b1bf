// Takes out of VS Code's dependencies, in the folder where it is run, what the tests never come near.

import { readFileSync, writeFileSync } from "node:fs";

const LEFT_OUT = [
  "@devcontainers/cli",
  "@github/copilot-sdk",
  "@microsoft/mxc-sdk",
  "@vscode/sqlite3",
  "@vscode/windows-process-tree",
  "@vscode/windows-registry",
  "kerberos",
  "ssh2",
];

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
for (const name of LEFT_OUT) {
  if (!(name in manifest.dependencies)) {
    throw new Error(`VS Code needs no ${name} any more: look at LEFT_OUT.`);
  }
  delete manifest.dependencies[name];
}
delete manifest.overrides["kerberos@2.1.1"];
writeFileSync("package.json", JSON.stringify(manifest));
