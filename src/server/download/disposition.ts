/**
 * The header `Content-Disposition` of a file that is to be saved: names that a quoted string cannot hold as
 * they are come also in the encoding of RFC 8187.
 *
 * @param filename without directories
 */
export function contentDisposition(filename: string): string {
  const plain = filename.replace(/[^\x20-\x7e]|["\\%]/gu, "_");
  const quoted = `attachment; filename="${plain}"`;
  return plain === filename ? quoted : `${quoted}; filename*=UTF-8''${encoded(filename)}`;
}

function encoded(text: string): string {
  const escape = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/['()*]/g, escape);
}
