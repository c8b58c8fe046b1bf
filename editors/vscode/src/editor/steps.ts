// Several questions one after the other, in the place where the editor asks. Whoever answers one
// with nothing has thought better of it, which ends them all.

import * as vscode from "vscode";

export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

export class Steps {
  private number = 0;

  constructor(
    private readonly title: string,
    private readonly total?: number,
  ) {}

  /** One of some. Rejects with CancellationError where none is chosen. */
  async choose<T>(placeHolder: string, choices: readonly Choice<T>[]): Promise<T> {
    const options = { title: this.next(), placeHolder, matchOnDescription: true };
    return given(await vscode.window.showQuickPick(choices, options)).value;
  }

  /** Any of some, none too. */
  async chooseMany<T>(placeHolder: string, choices: readonly Choice<T>[]): Promise<T[]> {
    const options = { title: this.next(), placeHolder, canPickMany: true } as const;
    return given(await vscode.window.showQuickPick(choices, options)).map(({ value }) => value);
  }

  async write(
    prompt: string,
    options: Omit<vscode.InputBoxOptions, "title" | "prompt"> = {},
  ): Promise<string> {
    const title = this.next();
    return given(
      await vscode.window.showInputBox({ ignoreFocusOut: true, ...options, title, prompt }),
    );
  }

  private next(): string {
    this.number += 1;
    return this.total === undefined ? this.title : `${this.title} (${this.number}/${this.total})`;
  }
}

export function given<T>(answer: T | undefined): T {
  if (answer === undefined) {
    throw new vscode.CancellationError();
  }
  return answer;
}

/** What a field needs that must not be empty. */
export function required(words: string): (value: string) => string | null {
  return (value) => (value.trim() === "" ? words : null);
}
