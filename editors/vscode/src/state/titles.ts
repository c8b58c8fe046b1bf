// What an untitled thread is called, as the server calls it: the first line of its first prompt.

import type { ContentBlock, Prompt } from "../protocol_gen";

const UNTITLED = "New thread";
const LONGEST = 60;

export function titleOf(prompt: Prompt): string {
  const lines = textsOf(prompt).flatMap((text) =>
    text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/),
  );
  const line = lines.map((each) => each.trim()).find((each) => each !== "") ?? UNTITLED;
  const characters = Array.from(line);
  if (characters.length <= LONGEST) {
    return line;
  }
  return `${characters
    .slice(0, LONGEST - 1)
    .join("")
    .trimEnd()}…`;
}

/** The texts that a user typed, without what was attached. */
export function textsOf(prompt: Prompt): string[] {
  if (typeof prompt === "string") {
    return [prompt];
  }
  return prompt.flatMap((block: ContentBlock) => (block.type === "text" ? [block.text] : []));
}

/** The prompt with another text; what was attached stays with it. */
export function withText(prompt: Prompt, text: string): Prompt {
  if (typeof prompt === "string") {
    return text;
  }
  return [{ type: "text", text }, ...prompt.filter((block) => block.type !== "text")];
}
