/** Which names a manifest may contain, their order, and which of them some systems cannot store. */

/** The longest name, in UTF-8 bytes: what common file systems keep. */
export const NAME_BYTES_MAX = 255;
/** The longest target of a symlink, in UTF-8 bytes. */
export const TARGET_BYTES_MAX = 4_095;

const encoder = new TextEncoder();

/** Half of a character, which UTF-8 cannot hold. */
export const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Why `name` is not allowed in a manifest, as the end of a sentence, or undefined if it is.
 * Control characters are: they are shown escaped, not refused (HOSTILE 60).
 */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (name === '.' || name === '..') return 'is a step in a path, not a name';
  if (/[/\\\0]/.test(name)) return 'contains a slash, a backslash or a zero byte';
  if (LONE_SURROGATE.test(name)) return 'is not Unicode';
  if (name.normalize('NFC') !== name) return 'is not in Unicode normal form C';
  if (encoder.encode(name).length > NAME_BYTES_MAX) return `is longer than ${NAME_BYTES_MAX} bytes`;
  return undefined;
}

const DEVICE_NAME = /^(con|prn|aux|nul|(com|lpt)[0-9\u00b9\u00b2\u00b3])(\.|$)/i;
const REFUSED_ELSEWHERE = /[<>:"|?*\u0000-\u001f]/;

/** Why some operating system would refuse or change `name`, or undefined if all keep it (HOSTILE 59). */
export function portableNameProblem(name: string): string | undefined {
  if (DEVICE_NAME.test(name)) return 'is the name of a device on Windows';
  if (REFUSED_ELSEWHERE.test(name)) return 'contains a character that Windows refuses';
  if (/[. ]$/.test(name)) return 'ends with a dot or a space, which Windows drops';
  return undefined;
}

/** Names with one key collide on file systems that ignore case (HOSTILE 61). */
export function collisionKey(name: string): string {
  return name.normalize('NFD').toLowerCase().toUpperCase().normalize('NFC');
}

/** UTF-16 order and UTF-8 order differ only if a surrogate meets U+E000 or above: swap those two. */
const utf8Rank = (unit: number) =>
  unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800;

/** The order of two names by their UTF-8 bytes: negative, 0 or positive. */
export function compareNames(one: string, other: string): number {
  const shorter = Math.min(one.length, other.length);
  for (let at = 0; at < shorter; at += 1) {
    const difference = utf8Rank(one.charCodeAt(at)) - utf8Rank(other.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}
