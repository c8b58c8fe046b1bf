// CSS in colours: the library's own grammar lists every property there is, and is as large as the
// composer, the queue and the cards together.

import type { HLJSApi, Language } from "highlight.js";

export function css(hljs: HLJSApi): Language {
  return {
    name: "CSS",
    case_insensitive: true,
    contains: [
      hljs.C_BLOCK_COMMENT_MODE,
      hljs.APOS_STRING_MODE,
      hljs.QUOTE_STRING_MODE,
      { scope: "keyword", begin: /@[\w-]+|![\w-]+/ },
      { scope: "title", begin: /[.#&]?[a-z_][\w-]*(?=[^;{}]*\{)/ },
      { scope: "built_in", begin: /[a-z-]+(?=\s*:)/ },
      { scope: "number", begin: /-?\b\d+(\.\d+)?(%|[a-z]+)?|#[0-9a-f]{3,8}\b/ },
    ],
  };
}
