/** Helpers for tests of playing: a command whose end is awaited, and `iwanto open` with the address it printed. */
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type Peer, within } from '@iwanto/peer';

const ADDRESS_LIMIT_MS = 30_000;
const END_LIMIT_MS = 60_000;

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export interface Ended {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export async function ended(child: ChildProcess): Promise<Ended> {
  const parts: Buffer[] = [];
  let stderr = '';
  child.stdout?.on('data', (part: Buffer) => parts.push(part));
  child.stderr?.on('data', (part: Buffer) => (stderr += part.toString()));
  const [code] = (await within(END_LIMIT_MS, 'the end', once(child, 'close'))) as [number | null];
  return { code, stdout: Buffer.concat(parts), stderr };
}

export interface Opened {
  readonly address: string;
  /** Ctrl-C. */
  readonly stop: () => void;
  readonly end: Promise<Ended>;
}

/** `iwanto open … --print` and the address it printed. */
export async function opened(peer: Peer, ...words: string[]): Promise<Opened> {
  const child = peer.spawn(['open', ...words, '--print']);
  if (!child.stdout) throw new Error('the command has no output');
  const line = once(createInterface({ input: child.stdout }), 'line');
  const [address] = (await within(ADDRESS_LIMIT_MS, 'the address', line)) as [string];
  return { address, stop: () => void child.kill('SIGINT'), end: ended(child) };
}
