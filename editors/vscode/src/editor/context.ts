// What can go with a prompt: files, a selection, problems, and what the repository says.

import * as vscode from "vscode";

import type { Attachment, Completion } from "../chat/bridge";

const MOST_COMPLETIONS = 20;
/** A file so long is pointed to rather than sent. */
const LONGEST_TEXT = 60_000;

export function fileAttachment(uri: vscode.Uri): Attachment {
  const path = vscode.workspace.asRelativePath(uri, false);
  return {
    label: path,
    icon: "file",
    block: { type: "resource_link", uri: uri.toString(), name: path },
  };
}

export function selectionAttachment(editor: vscode.TextEditor): Attachment {
  const { document, selection } = editor;
  const range = selection.isEmpty ? undefined : selection;
  if (range === undefined) {
    return fileAttachment(document.uri);
  }
  const first = range.start.line + 1;
  const last = range.end.character === 0 ? Math.max(first, range.end.line) : range.end.line + 1;
  const path = vscode.workspace.asRelativePath(document.uri, false);
  const label = `${path}:${first === last ? first : `${first}-${last}`}`;
  const uri = document.uri.with({ fragment: `L${first}-${last}` }).toString();
  const text = document.getText(range).slice(0, LONGEST_TEXT);
  return {
    label,
    icon: "list-selection",
    block: { type: "resource", resource: { uri, mimeType: "text/plain", text } },
  };
}

const SEVERITIES = ["error", "warning", "information", "hint"];

/** What is wrong in a file, or in every one that is known. */
export function diagnosticsAttachment(uri?: vscode.Uri): Attachment | undefined {
  const found: [vscode.Uri, readonly vscode.Diagnostic[]][] =
    uri === undefined
      ? vscode.languages.getDiagnostics()
      : [[uri, vscode.languages.getDiagnostics(uri)]];
  const lines = found.flatMap(([file, diagnostics]) =>
    diagnostics.map((each) => {
      const path = vscode.workspace.asRelativePath(file, false);
      const place = `${path}:${each.range.start.line + 1}:${each.range.start.character + 1}`;
      return `${place}: ${SEVERITIES[each.severity]}: ${each.message}`;
    }),
  );
  if (lines.length === 0) {
    return undefined;
  }
  const text = lines.join("\n").slice(0, LONGEST_TEXT);
  const label = `${lines.length} ${lines.length === 1 ? "problem" : "problems"}`;
  return {
    label,
    icon: "warning",
    block: {
      type: "resource",
      resource: { uri: "peon-context:problems", mimeType: "text/plain", text },
    },
  };
}

/** Files whose path holds what was typed, those whose name begins with it first. */
export async function complete(text: string): Promise<Completion[]> {
  const escaped = text.replace(/[[\]{}*?!]/g, "");
  const uris = await vscode.workspace.findFiles(`**/*${escaped}*`, undefined, 200);
  const inside = escaped.includes("/")
    ? await vscode.workspace.findFiles(`**/${escaped}*`, undefined, 200)
    : [];
  const completions = [...inside, ...uris].map((uri) => {
    const attachment = fileAttachment(uri);
    return { path: attachment.label, attachment };
  });
  const name = (path: string) => path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const begins = (path: string) => (name(path).startsWith(escaped.toLowerCase()) ? 0 : 1);
  const unique = [...new Map(completions.map((each) => [each.path, each])).values()];
  return unique
    .sort(
      (one, other) => begins(one.path) - begins(other.path) || one.path.length - other.path.length,
    )
    .slice(0, MOST_COMPLETIONS);
}

/** Let the user choose what to add. */
export async function chooseAttachments(): Promise<Attachment[]> {
  const editor = vscode.window.activeTextEditor;
  const problems = diagnosticsAttachment();
  const choices: (vscode.QuickPickItem & { make(): Promise<Attachment[]> })[] = [
    { label: "$(file) Files…", make: chooseFiles },
  ];
  if (editor !== undefined) {
    const attachment = selectionAttachment(editor);
    const description = attachment.label;
    const what = editor.selection.isEmpty ? "Current file" : "Selection";
    choices.unshift({
      label: `$(${attachment.icon}) ${what}`,
      description,
      make: async () => [attachment],
    });
  }
  if (problems !== undefined) {
    choices.push({
      label: "$(warning) Problems",
      description: problems.label,
      make: async () => [problems],
    });
  }
  const chosen = await vscode.window.showQuickPick(choices, { title: "Add to the prompt" });
  return (await chosen?.make()) ?? [];
}

async function chooseFiles(): Promise<Attachment[]> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uris = await vscode.window.showOpenDialog({
    canSelectMany: true,
    openLabel: "Add",
    ...(folder === undefined ? {} : { defaultUri: folder }),
  });
  return (uris ?? []).map(fileAttachment);
}
