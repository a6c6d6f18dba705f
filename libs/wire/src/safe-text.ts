/** Text that other hosts choose, made harmless: the one escaping of names, sentences and log lines. */

/**
 * Characters that steer a terminal or hide text: controls, zero-width and direction marks, lone surrogates,
 * line and paragraph separators (HOSTILE 60). A joiner stays where people write it: between the parts of one
 * emoji, and a non-joiner between two Arabic letters.
 */
const UNSAFE =
  /(?<=\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?)\u200d(?=\p{Extended_Pictographic})|(?<=\p{Script=Arabic})\u200c(?=\p{Script=Arabic})|(?<unsafe>\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp})/gu;

const hexOf = (char: string, digits: number) =>
  (char.codePointAt(0) ?? 0).toString(16).padStart(digits, '0');

/** Text that may come from another host, safe to print: what steers a terminal is shown, not sent. */
export function safeText(text: string): string {
  return text.replace(UNSAFE, (char, unsafe: string | undefined) => {
    if (unsafe === undefined) return char;
    return (char.codePointAt(0) ?? 0) < 0x100 ? `\\x${hexOf(char, 2)}` : `\\u{${hexOf(char, 4)}}`;
  });
}

const unitEscape = (unit: number) => `\\u${unit.toString(16).padStart(4, '0')}`;

/** JSON text in which nothing can steer a terminal either; it still means the same. */
export function safeJson(json: string): string {
  return json.replace(UNSAFE, (char) =>
    Array.from({ length: char.length }, (_, at) => unitEscape(char.charCodeAt(at))).join(''),
  );
}
