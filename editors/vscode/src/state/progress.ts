// What programs say while they work: hooks, git, set-up commands.
// Invariant: knows no editor.

const CONTROLS =
  /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007]*\u0007?|[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** The text as a terminal leaves it, line by line: a line that is written over counts once. */
export function plain(text: string): string {
  return text
    .replace(/\r\n/g, "\n")
    .split("\n")
    .map((line) => line.slice(line.replace(/\r+$/, "").lastIndexOf("\r") + 1))
    .join("\n")
    .replace(CONTROLS, "");
}

/** The last line with something in it, short enough for a notification. */
export function lastLine(said: string, longest = 80): string {
  const line = plain(said)
    .split("\n")
    .map((each) => each.trim())
    .findLast(Boolean);
  return line === undefined || line.length <= longest
    ? (line ?? "")
    : `${line.slice(0, longest - 1).trimEnd()}…`;
}
