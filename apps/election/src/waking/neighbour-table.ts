/** Hardware addresses of hosts in the same subnets, as the kernel knows them. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { isHostAddress, isLinkLocal } from '@iwanto/wire';

export interface Neighbour {
  /** With its zone if it is link-local. */
  readonly address: string;
  /** As `02:00:00:00:00:01`. */
  readonly mac: string;
  /** The interface it is reached over. */
  readonly interface: string;
}

const COMMAND_LIMIT_MS = 2_000;
/** The kernel keeps about a thousand; a longer text is not its output. */
const TEXT_BYTES_MAX = 1_048_576;

/** The IPv4 table and, on request, the IPv6 one, which takes running a program. */
export async function neighbours(withSix: boolean): Promise<Neighbour[]> {
  if (process.platform !== 'linux') return fromArpCommand(await output('arp', '-an'));
  const four = fromProc(await readFile('/proc/net/arp', 'utf8').catch(() => ''));
  return withSix ? [...four, ...fromIp(await output('ip', '-6', 'neigh', 'show'))] : four;
}

/** An entry whose address was resolved at some time. */
const COMPLETE = 0x2;

/** /proc/net/arp: address, kind, flags, hardware address, mask, interface. */
export const fromProc = (text: string): Neighbour[] =>
  linesOf(text).flatMap(([address, , flags, mac, , device]) =>
    (Number(flags) & COMPLETE) === COMPLETE ? entry(address, mac, device) : [],
  );

/** `ip -6 neigh`: address, then words and their values, then the state. */
export const fromIp = (text: string): Neighbour[] =>
  linesOf(text).flatMap((words) => {
    const after = (word: string) => words[words.indexOf(word) + 1];
    return words.includes('lladdr') && !words.includes('FAILED')
      ? entry(words[0], after('lladdr'), after('dev'))
      : [];
  });

/** `arp -an` as on macOS: ? (address) at mac on interface. Bytes of the hardware address may have one digit. */
export const fromArpCommand = (text: string): Neighbour[] =>
  linesOf(text).flatMap(([, address, , mac = '', , device]) => {
    const whole = mac.replace(/\b[0-9a-f]\b/g, '0$&');
    return entry(address?.replace(/[()]/g, ''), whole, device);
  });

const linesOf = (text: string): string[][] =>
  text
    .slice(0, TEXT_BYTES_MAX)
    .split('\n')
    .map((line) => line.trim().split(/\s+/));

function entry(address = '', mac = '', device = ''): Neighbour[] {
  if (!isHostAddress(address) || !isHardwareAddress(mac) || device === '') return [];
  const zoned = isLinkLocal(address) ? `${address}%${device}` : address;
  return [{ address: zoned, mac, interface: device }];
}

/** Of a single card: not a group address, and not all zero as on a tunnel. */
export const isHardwareAddress = (text: string): boolean =>
  /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(text) &&
  (Number.parseInt(text.slice(0, 2), 16) & 1) === 0 &&
  text !== '00:00:00:00:00:00';

const output = (command: string, ...words: string[]): Promise<string> =>
  new Promise((done) =>
    execFile(command, words, { timeout: COMMAND_LIMIT_MS }, (cause, text) =>
      done(cause ? '' : text),
    ),
  );
