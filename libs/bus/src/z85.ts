/** Z85, the text form in which ZeroMQ takes CURVE keys (ZeroMQ RFC 32). */

const ALPHABET =
  '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';

/** The Z85 text of bytes whose number is a multiple of four. */
export function z85(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    let value = view.getUint32(at);
    let word = '';
    for (let digit = 0; digit < 5; digit += 1) {
      word = ALPHABET.charAt(value % 85) + word;
      value = Math.floor(value / 85);
    }
    text += word;
  }
  return text;
}

/** The Z85 text of a key given as 64 hex characters. */
export const z85OfHex = (hex: string): string => z85(Buffer.from(hex, 'hex'));
