// What is written in a line about a new worktree: commands that set it up, files to copy into it.
// Invariant: knows no editor.

/** Commands as their words, parted by `;`. Quotes hold words together; nothing else means anything. */
export function commandsOf(text: string): string[][] {
  const commands: string[][] = [[]];
  let word: string | undefined;
  let quote: string | undefined;
  const end = () => {
    if (word !== undefined) {
      commands.at(-1)?.push(word);
      word = undefined;
    }
  };
  for (const character of text) {
    if (quote !== undefined) {
      if (character === quote) {
        quote = undefined;
      } else {
        word += character;
      }
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= "";
    } else if (character === ";") {
      end();
      commands.push([]);
    } else if (/\s/.test(character)) {
      end();
    } else {
      word = (word ?? "") + character;
    }
  }
  end();
  return commands.filter((command) => command.length > 0);
}

/** The line that `commandsOf` reads. */
export function lineOf(commands: readonly (readonly string[])[]): string {
  return commands.map((words) => words.map(quoted).join(" ")).join("; ");
}

function quoted(word: string): string {
  if (/^[^\s;"']+$/.test(word)) {
    return word;
  }
  const mark = word.includes('"') ? "'" : '"';
  return mark + word + mark;
}

/** Paths parted by commas. */
export function pathsOf(text: string): string[] {
  return text
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);
}

/** A name for a branch made of what a thread is about. */
export function branchNameOf(title: string): string {
  const slug = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  return `peon/${slug || "work"}`;
}

/** Why git would not have a branch called so; null where it would. */
export function branchTrouble(name: string): string | null {
  if (name.trim() === "") {
    return "A branch needs a name.";
  }
  const isUnfit =
    /[\s~^:?*[\\]|\.\.|@\{|\/\/|^[-/.]|[/.]$|\.lock$/.test(name) || name.split("/").includes("");
  return isUnfit ? `“${name}” cannot be the name of a branch.` : null;
}
