// Messages of commits: a line that says what, and under it a body that may be left out.
// Invariant: knows no editor.

export interface CommitMessage {
  readonly subject: string;
  readonly body: string;
}

export function partsOf(message: string): CommitMessage {
  const [subject = "", ...rest] = message.trim().split(/\r?\n/);
  return { subject: subject.trim(), body: rest.join("\n").trim() };
}

export function wholeOf({ subject, body }: CommitMessage): string {
  return body === "" ? subject.trim() : `${subject.trim()}\n\n${body}`;
}

/** “3 lines that begin with …”: what goes along where it cannot be seen. */
export function bodyWords(body: string): string {
  const lines = body.split("\n").filter((line) => line.trim() !== "");
  const first = lines[0]?.trim() ?? "";
  const shown = first.length > 40 ? `${first.slice(0, 39).trimEnd()}…` : first;
  return lines.length === 1 ? `1 line, “${shown}”` : `${lines.length} lines that begin “${shown}”`;
}
