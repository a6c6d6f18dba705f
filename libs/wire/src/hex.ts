/** Bytes as lower-case hex and back: how every id, key and hash is written as text. */

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Two hex characters per byte. */
export function hexOf(bytes: Uint8Array): string {
  let text = '';
  // By index: iterating makes two objects for each byte, and every datagram has a hundred of them.
  for (let at = 0; at < bytes.length; at += 1) text += DIGITS[bytes[at] ?? 0] ?? '';
  return text;
}

/** The bytes of an even number of hex characters; anything but a hex digit counts as 0, so check the text first. */
export function bytesOfHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length >> 1);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = Number.parseInt(text.slice(at * 2, at * 2 + 2), 16);
  }
  return bytes;
}
