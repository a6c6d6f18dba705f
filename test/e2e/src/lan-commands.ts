/** The commands that network namespaces are made with, each within a time limit. */
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
