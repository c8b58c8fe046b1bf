// Where the message of a commit is written: in a line, or whole in an editor.

import * as vscode from "vscode";

import { bodyWords, partsOf, wholeOf } from "../state/messages";

const CONTEXT = "peon.commitMessages";
const LANGUAGE = "git-commit";

const EDIT: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon("edit"),
  tooltip: "Write all of it in an editor",
};
const WITHOUT: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon("exclude"),
  tooltip: "Leave the body out",
};
const WITH: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon("list-unordered"),
  tooltip: "Take the body along",
};

export class CommitMessages implements vscode.Disposable {
  /** Editors in which a message is being written, and what to do with it. */
  private readonly open = new Map<string, (message: string | undefined) => void>();
  private readonly closing = vscode.workspace.onDidCloseTextDocument((document) =>
    this.settle(document.uri, undefined),
  );

  /** Ask for a message, beginning with `proposed`; undefined where the user thinks better of it. */
  async ask(title: string, proposed: string): Promise<string | undefined> {
    const answer = await inLine(title, proposed);
    return answer?.inEditor === true ? await this.inEditor(answer.message) : answer?.message;
  }

  /** The message that stands in the editor is the one. */
  async use(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined || !this.open.has(document.uri.toString())) {
      return;
    }
    const message = withoutComments(document.getText());
    if (message === "") {
      void vscode.window.showWarningMessage("A commit needs a message.");
      return;
    }
    this.settle(document.uri, message);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  }

  private async inEditor(message: string): Promise<string | undefined> {
    const content = `${message}\n\n# Lines that begin with # are left out. The check mark above\n# commits; closing this editor does not.\n`;
    const known = await vscode.languages.getLanguages();
    const language = known.includes(LANGUAGE) ? LANGUAGE : "plaintext";
    const document = await vscode.workspace.openTextDocument({ language, content });
    const written = new Promise<string | undefined>((resolve) => {
      this.open.set(document.uri.toString(), resolve);
    });
    this.tell();
    await vscode.window.showTextDocument(document);
    return await written;
  }

  private settle(uri: vscode.Uri, message: string | undefined): void {
    const resolve = this.open.get(uri.toString());
    if (resolve !== undefined) {
      this.open.delete(uri.toString());
      this.tell();
      resolve(message);
    }
  }

  private tell(): void {
    void vscode.commands.executeCommand("setContext", CONTEXT, [...this.open.keys()]);
  }

  dispose(): void {
    this.closing.dispose();
  }
}

interface Answer {
  readonly message: string;
  readonly inEditor: boolean;
}

async function inLine(title: string, proposed: string): Promise<Answer | undefined> {
  const { subject, body } = partsOf(proposed);
  let hasBody = body !== "";
  const box = vscode.window.createInputBox();
  const draw = () => {
    box.prompt = hasBody ? `With its body: ${bodyWords(body)}` : "The message of the commit";
    box.buttons = body === "" ? [EDIT] : [hasBody ? WITHOUT : WITH, EDIT];
  };
  const message = () => wholeOf({ subject: box.value, body: hasBody ? body : "" });
  box.title = title;
  box.value = subject;
  box.ignoreFocusOut = true;
  draw();
  const answer = await new Promise<Answer | undefined>((resolve) => {
    box.onDidChangeValue(() => {
      box.validationMessage = undefined;
    });
    box.onDidAccept(() => {
      if (box.value.trim() === "") {
        box.validationMessage = "A commit needs a message.";
      } else {
        resolve({ message: message(), inEditor: false });
      }
    });
    box.onDidTriggerButton((button) => {
      if (button === EDIT) {
        resolve({ message: message(), inEditor: true });
      } else {
        hasBody = !hasBody;
        draw();
      }
    });
    box.onDidHide(() => resolve(undefined));
    box.show();
  });
  box.dispose();
  return answer;
}

function withoutComments(text: string): string {
  return text
    .split(/\r?\n/)
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .trim();
}
