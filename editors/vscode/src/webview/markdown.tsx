// Agents' words as markdown: no HTML of theirs, sanitised all the same, code coloured.

import DOMPurify from "dompurify";
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import java from "highlight.js/lib/languages/java";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import MarkdownIt from "markdown-it";
import { useMemo } from "preact/hooks";

import { css } from "./css";

const LANGUAGES = {
  bash,
  c,
  css,
  diff,
  go,
  java,
  json,
  python,
  rust,
  sql,
  typescript,
  xml,
  yaml,
};
for (const [name, language] of Object.entries(LANGUAGES)) {
  hljs.registerLanguage(name, language);
}
hljs.registerAliases(["sh", "shell", "console"], { languageName: "bash" });
// Whatever is JavaScript is TypeScript too.
hljs.registerAliases(["tsx", "javascript", "js", "jsx"], { languageName: "typescript" });
hljs.registerAliases(["toml"], { languageName: "yaml" });

/** A block of code longer than this is shown as it is: colouring it would be felt. */
const LONGEST_COLOURED = 20_000;

const markdown = new MarkdownIt({ html: false, linkify: true, highlight: coloured });

export function coloured(code: string, language: string): string {
  if (code.length > LONGEST_COLOURED || hljs.getLanguage(language) === undefined) {
    return markdown.utils.escapeHtml(code);
  }
  return hljs.highlight(code, { language, ignoreIllegals: true }).value;
}

export function html(source: string): string {
  return DOMPurify.sanitize(markdown.render(source), {
    FORBID_TAGS: ["style", "form", "input", "img"],
    FORBID_ATTR: ["style", "id"],
  });
}

/**
 * The pieces of a text that can be rendered each by itself, so that of a text that grows only the
 * last piece is rendered again. They part at blank lines outside of fences and lists.
 */
export function pieces(source: string): string[] {
  const found: string[] = [];
  let current: string[] = [];
  let fence: string | undefined;
  for (const line of source.split("\n")) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined) {
      fence = fence === undefined ? mark : mark.startsWith(fence) ? undefined : fence;
    }
    const parts = fence === undefined && current.at(-1) === "" && /^[^\s\-*+\d>|]/.test(line);
    if (parts) {
      found.push(current.join("\n"));
      current = [];
    }
    current.push(line);
  }
  found.push(current.join("\n"));
  return found;
}

function Piece({ source }: { source: string }) {
  const rendered = useMemo(() => ({ __html: html(source) }), [source]);
  return <div dangerouslySetInnerHTML={rendered} />;
}

export function Markdown({ source }: { source: string }) {
  return (
    <div class="markdown">
      {pieces(source).map((piece, place) => (
        <Piece key={place} source={piece} />
      ))}
    </div>
  );
}
