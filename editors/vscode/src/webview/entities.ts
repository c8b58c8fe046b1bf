// In the place of a table of all named characters: the browser that draws the chat has one.

/** What an entity that markdown has found, such as `&eacute;`, stands for. */
export function decodeHTMLStrict(text: string): string {
  const field = document.createElement("textarea");
  field.innerHTML = text;
  return field.value;
}
