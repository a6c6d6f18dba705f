/** The first lines of a text, safe to print; whether it is one is judged by its bytes, not by its name. */
import { shown } from '../../print.js';

/** How much of it is read, in bytes. */
export const TEXT_BYTES_MAX = 65_536;
const LINE_CHARACTERS_MAX = 1_000;

/** Undefined if the bytes are not text. */
export function firstLines(bytes: Uint8Array, linesMax: number): string[] | undefined {
  const text = decoded(bytes);
  if (text === undefined || /[\0-\x08\x0e-\x1a]/.test(text)) return undefined;
  const lines = text.split(/\r\n|[\n\r]/, linesMax);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => shown(line.replaceAll('\t', '    ').slice(0, LINE_CHARACTERS_MAX)));
}

/** UTF-8, but for a character that the end cuts off, or UTF-16 with its mark. */
function decoded(bytes: Uint8Array): string | undefined {
  const mark = bytes[0]! * 256 + bytes[1]!;
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}
