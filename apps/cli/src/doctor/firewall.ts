/** Rules of this host's packet filter that drop what the services need, as far as this user may read them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LIMIT_MS = 2_000;
const BYTES_MAX = 8_388_608;

export interface FirewallRule {
  /** The rule as the program prints it, shortened. */
  readonly rule: string;
}

export interface Needed {
  readonly udpPorts: readonly number[];
  readonly tcpPorts: readonly number[];
  readonly groups: readonly string[];
}

/** Rules that drop or reject something that is needed; undefined if they cannot be read. */
export async function droppingRules(needed: Needed): Promise<FirewallRule[] | undefined> {
  const [nft, iptables] = await Promise.all([
    textOf('nft', ['list', 'ruleset']),
    textOf('iptables-save', []),
  ]);
  if (nft === undefined && iptables === undefined) return undefined;
  return dropsIn(`${nft ?? ''}\n${iptables ?? ''}`, needed);
}

async function textOf(program: string, words: string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run(program, words, { timeout: LIMIT_MS, maxBuffer: BYTES_MAX });
    return stdout;
  } catch {
    return undefined;
  }
}

const DROPS = /\b(drop|reject)\b|-j (DROP|REJECT)\b/;
const RULE_CHARACTERS_MAX = 120;

/** Lines that drop, and name a port or a group of ours, all multicast, or all UDP. */
export function dropsIn(text: string, { udpPorts, tcpPorts, groups }: Needed): FirewallRule[] {
  const lines = text.split('\n').map((line) => line.trim());
  // The policy of a chain is not a rule: other rules of the chain decide what still passes.
  const rules = lines.filter((line) => DROPS.test(line) && !/\bpolicy (drop|accept)\b/.test(line));
  return rules
    .filter((line) => groups.some((group) => line.includes(group)) || namesOurs(line))
    .map((line) => ({ rule: line.slice(0, RULE_CHARACTERS_MAX) }));

  function namesOurs(line: string): boolean {
    if (/\bmulticast\b|\b224\.0\.0\.0\/4\b|\bff00::\/8\b/.test(line)) return true;
    const isUdp = /\budp\b/.test(line);
    const isTcp = /\btcp\b/.test(line);
    const named = portsIn(line);
    // A rule without ports that covers a whole protocol covers our ports too.
    if (named.length === 0) return (isUdp || isTcp) && !/\b[sd]?addr\b|-[sd] /.test(line);
    const ours = isUdp ? udpPorts : isTcp ? tcpPorts : [...udpPorts, ...tcpPorts];
    return named.some(([from, to]) => ours.some((port) => port >= from && port <= to));
  }
}

/** The destination ports that a rule names, as ranges. */
function portsIn(line: string): (readonly [number, number])[] {
  const named = /(?:dport(?:s)?)\s+(\{[^}]*\}|\S+)/.exec(line)?.[1];
  if (named === undefined) return [];
  return [...named.matchAll(/(\d+)(?:[-:](\d+))?/g)].map(
    ([, from, to]) => [Number(from), Number(to ?? from)] as const,
  );
}
