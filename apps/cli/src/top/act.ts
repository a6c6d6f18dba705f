/** What the keys of `iwanto top` do with the chosen download; each answers with what was done. */
import { spawn } from 'node:child_process';
import type { Bus, Download } from '@iwanto/bus';
import { shown } from '../print.js';

/** The program that opens a file as the desktop would. */
const OPENERS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', linux: 'xdg-open' };
const ENDED: readonly Download['state'][] = ['done', 'failed', 'cancelled'];

/** Does what the key stands for; an empty answer for a key that stands for nothing. */
export async function act(bus: Bus, key: string, download: Download | undefined): Promise<string> {
  if (!['p', 'c', 'o'].includes(key)) return '';
  if (!download) return 'There is no download to choose.';
  const { id, hash, name, state, path } = download;
  if (key === 'o') return state === 'done' ? open(path) : `${shown(name)} is not complete yet.`;
  if (key === 'c') {
    if (state === 'done') return `${shown(name)} is done; there is nothing to cancel.`;
    await bus.call('download.cancel', { id, forget: true });
    return `Cancelled: ${shown(name)}; what had arrived is removed.`;
  }
  if (state === 'done') return `${shown(name)} is done.`;
  if (state === 'paused' || ENDED.includes(state)) {
    if (state === 'paused') await bus.call('download.resume', { id });
    else await bus.call('download.start', { hash });
    return `Resumed: ${shown(name)}`;
  }
  await bus.call('download.pause', { id });
  return `Paused: ${shown(name)}; p resumes it.`;
}

function open(path: string): Promise<string> {
  const program = OPENERS[process.platform] ?? 'xdg-open';
  const child = spawn(program, [path], { detached: true, stdio: 'ignore' });
  return new Promise((done) => {
    child.once('error', () => done(`${program} is not installed; the file is ${shown(path)}`));
    child.once('spawn', () => {
      child.unref();
      done(`Opened: ${shown(path)}`);
    });
  });
}
