/** IPv4 and IPv6 addresses as bytes and as text, and which of them a peer may claim as its own. */

const DOT = 46;
const ZERO = 48;
const NINE = 57;

/** Addresses kept parsed: for each datagram, the same few are asked for some thirty times. */
const PARSED_MAX = 512;
/** Longer texts are not kept, whatever zone is written in them. */
const PARSED_CHARACTERS_MAX = 64;
const parsed = new Map<string, Uint8Array>();

/** Text without a zone (`%eth0`): a zone means something only on the host that wrote it. The bytes must not be changed. */
export function addressBytes(text: string): Uint8Array | undefined {
  const known = parsed.get(text);
  if (known) return known;
  const zone = text.indexOf('%');
  const bare = zone < 0 ? text : text.slice(0, zone);
  const bytes = bare.includes(':') ? sixBytes(bare) : fourBytes(bare);
  if (!bytes || text.length > PARSED_CHARACTERS_MAX) return bytes;
  if (parsed.size >= PARSED_MAX) parsed.clear();
  parsed.set(text, bytes);
  return bytes;
}

/** The usual text of 4 or 16 bytes, IPv6 shortened as in RFC 5952; undefined for any other length. */
export function addressText(bytes: Uint8Array): string | undefined {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  if (bytes.length !== 16) return undefined;
  const mapped = mappedFour(bytes);
  return mapped ?? shortened(groupsOf(bytes));
}

/** Address and port as people write them and as `iwanto peers add` takes them: an IPv6 address in brackets. */
export const endpointText = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

/** True for an address in canonical form; an IPv4 address is never written as IPv6 (HOSTILE 109). */
export function isWrittenAddress(text: string): boolean {
  const [bare = '', zone, ...rest] = text.split('%');
  const bytes = addressBytes(bare);
  if (!bytes || addressText(bytes) !== bare || rest.length > 0) return false;
  if (bytes.length === 16 && mappedFour(bytes) !== undefined) return false;
  return zone === undefined || (isLinkLocal(bare) && /^[\w.:-]{1,15}$/.test(zone));
}

/** True for fe80::/10, which means nothing without the interface it was heard on. */
export function isLinkLocal(text: string): boolean {
  const bytes = addressBytes(text);
  return bytes?.length === 16 && bytes[0] === 0xfe && ((bytes[1] ?? 0) & 0xc0) === 0x80;
}

/** True for 127.0.0.0/8 and ::1. */
export function isLoopback(text: string): boolean {
  const bytes = addressBytes(text);
  if (bytes?.length === 4) return bytes[0] === 127;
  return (
    bytes?.length === 16 && bytes[15] === 1 && bytes.subarray(0, 15).every((byte) => byte === 0)
  );
}

/**
 * True if a host could really be reached: not unspecified, not multicast, not broadcast (HOSTILE 11, 47).
 * Loopback passes: only the receiver knows whether the sender shares its host.
 */
export function isHostAddress(text: string): boolean {
  const bytes = addressBytes(text);
  if (!bytes) return false;
  if (bytes.length === 4) return bytes[0] !== 0 && (bytes[0] ?? 255) < 224;
  return bytes[0] !== 0xff && bytes.some((byte) => byte !== 0);
}

/** True for an IPv4 address that belongs to the internet: not private, not a carrier's, not one of the host itself. */
export function isPublicAddress(text: string): boolean {
  const bytes = addressBytes(text);
  if (bytes?.length !== 4) return false;
  return !NOT_PUBLIC.some(([network, bits]) => sharesPrefix(text, network, bits));
}

const NOT_PUBLIC = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const;

/** True when both addresses share the first `prefixBits` bits; false for two families. */
export function sharesPrefix(one: string, other: string, prefixBits: number): boolean {
  const [a, b] = [addressBytes(one), addressBytes(other)];
  if (!a || !b || a.length !== b.length || prefixBits > a.length * 8) return false;
  const whole = prefixBits >> 3;
  for (let at = 0; at < whole; at += 1) if (a[at] !== b[at]) return false;
  const mask = (0xff << (8 - (prefixBits & 7))) & 0xff;
  return ((a[whole] ?? 0) & mask) === ((b[whole] ?? 0) & mask);
}

/** Read digit by digit: every datagram is compared with each address of this host, some ten times in all. */
function fourBytes(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(4);
  let part = 0;
  let digits = 0;
  let value = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === DOT) {
      if (digits === 0 || part === 3) return undefined;
      bytes[part] = value;
      part += 1;
      digits = value = 0;
      continue;
    }
    // A digit; none after a zero that begins a number.
    if (code < ZERO || code > NINE || (digits > 0 && value === 0)) return undefined;
    digits += 1;
    value = value * 10 + code - ZERO;
    if (value > 255) return undefined;
  }
  if (part !== 3 || digits === 0) return undefined;
  bytes[3] = value;
  return bytes;
}

function sixBytes(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, at) => groupsFrom(half, at === halves.length - 1));
  if (!head || (halves.length === 2 && !tail)) return undefined;
  const given = head.length + (tail?.length ?? 0);
  if (tail ? given > 7 : given !== 8) return undefined;
  const groups = tail ? [...head, ...new Array<number>(8 - given).fill(0), ...tail] : head;
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** The 16-bit groups of one side of `::`, including a final IPv4 part; undefined if one is invalid. */
function groupsFrom(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [at, part] of parts.entries()) {
    const four = last && at === parts.length - 1 ? fourBytes(part) : undefined;
    if (four) groups.push(...pairsOf(four));
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

const pairsOf = (bytes: Uint8Array): number[] =>
  Array.from(
    { length: bytes.length >> 1 },
    (_, at) => ((bytes[at * 2] ?? 0) << 8) | (bytes[at * 2 + 1] ?? 0),
  );

const groupsOf = pairsOf;

function mappedFour(bytes: Uint8Array): string | undefined {
  const mapped =
    bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return mapped ? `::ffff:${bytes.subarray(12).join('.')}` : undefined;
}

function shortened(groups: number[]): string {
  let [from, length] = [-1, 1];
  for (let at = 0; at < groups.length; at += 1) {
    let end = at;
    while (groups[end] === 0) end += 1;
    if (end - at > length) [from, length] = [at, end - at];
    at = Math.max(at, end - 1);
  }
  const text = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  if (from < 0) return text(groups);
  return `${text(groups.slice(0, from))}::${text(groups.slice(from + length))}`;
}
