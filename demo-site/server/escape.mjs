/** `text` for an HTML text or attribute. */
export function escape(text) {
  return text.replace(/[&"'<>]/g, (c) => `&#${c.charCodeAt(0)};`);
}
