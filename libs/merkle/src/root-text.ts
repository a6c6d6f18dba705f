/** Roots as text and as bytes. */
import type { FileHash } from '@iwanto/wire';

const TEXT_OF_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** 32 bytes as the 64 hex characters people and messages use. */
export function rootText(bytes: Uint8Array): FileHash {
  let text = '';
  for (const byte of bytes) text += TEXT_OF_BYTE[byte]!;
  return text as FileHash;
}

/** The 32 bytes of a root. */
export function rootBytes(root: FileHash): Uint8Array {
  const bytes = new Uint8Array(root.length / 2);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = Number.parseInt(root.slice(at * 2, at * 2 + 2), 16);
  }
  return bytes;
}
