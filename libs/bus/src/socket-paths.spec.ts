/** Where the sockets of a process are, and what happens to them when it is killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const SCRIPT = `
import { writeFileSync } from 'node:fs';
import { socketPath } from ${JSON.stringify(new URL('../dist/socket-paths.js', import.meta.url).href)};
const path = socketPath();
writeFileSync(path, '');
process.stdout.write(path);
process.stdin.resume();
`;

let place: string;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'paths-'));
});
afterEach(() => rm(place, { recursive: true, force: true }));

const start = async (temporary = place) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [path] = (await once(child.stdout, 'data')) as [Buffer];
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await once(child, 'exit');
  };
  return { end, path: String(path), inOrder: () => (child.stdin.end(), once(child, 'exit')) };
};

test('HOSTILE 130: what a killed process left is gone after the next start, what a living one has is not', async () => {
  const [killed, living] = [await start(), await start()];
  await killed.end('SIGKILL');
  expect(existsSync(killed.path)).toBe(true);
  const next = await start();
  expect(existsSync(dirname(killed.path))).toBe(false);
  expect(existsSync(living.path)).toBe(true);
  await Promise.all([living.inOrder(), next.inOrder()]);
  expect(await readdir(place)).toEqual([]);
});

test('a TMPDIR that is not there is replaced by the usual place', async () => {
  const { path, inOrder } = await start(join(place, 'missing'));
  expect(dirname(dirname(path))).toBe('/tmp');
  await inOrder();
  expect(existsSync(dirname(path))).toBe(false);
});
