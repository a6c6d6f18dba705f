/** The commands that network namespaces are made with, each within a time limit. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';

/** How long one `ip` or `nft` command may take, in ms. */
const COMMAND_LIMIT_MS = 10_000;

export function run(command: string, ...words: string[]): string {
  return execFileSync(command, words, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: COMMAND_LIMIT_MS,
  });
}

/** Adds rules of nftables inside a namespace. */
export function writeRules(namespace: string, lines: readonly string[]): void {
  execFileSync('ip', ['netns', 'exec', namespace, 'nft', '-f', '-'], {
    input: [...lines, ''].join('\n'),
    timeout: COMMAND_LIMIT_MS,
  });
}

/** The files that programs in a namespace see in place of those in /etc. */
const etcOf = (namespace: string) => join('/etc/netns', namespace);

/** Makes a name stand for addresses, for programs started in that namespace from now on. */
export function nameAddresses(namespace: string, name: string, addresses: readonly string[]): void {
  mkdirSync(etcOf(namespace), { recursive: true });
  const lines = ['127.0.0.1 localhost', ...addresses.map((address) => `${address} ${name}`), ''];
  writeFileSync(join(etcOf(namespace), 'hosts'), lines.join('\n'));
}

export const forgetNames = (namespace: string): void =>
  rmSync(etcOf(namespace), { recursive: true, force: true });

/** In bytes, Ethernet headers included. */
export interface Traffic {
  readonly sent: number;
  readonly received: number;
}

/** What the card `eth0` of a namespace has carried. */
export function trafficOf(namespace: string): Traffic {
  const [link] = JSON.parse(run('ip', '-n', namespace, '-s', '-j', 'link', 'show', 'eth0')) as [
    { stats64: { rx: { bytes: number }; tx: { bytes: number } } },
  ];
  return { sent: link.stats64.tx.bytes, received: link.stats64.rx.bytes };
}
