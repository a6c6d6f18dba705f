/** A short soak with a fixed seed; `npm run soak` is the long one. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { lanImpossible } from '@iwanto/peer/lan';

const PROGRAM = fileURLToPath(new URL('../dist/soak.js', import.meta.url));
const LIMIT_MS = 240_000;

const reason = lanImpossible();
if (reason) process.stderr.write(`soak.spec.ts is skipped: ${reason}\n`);

(reason ? test.skip : test)(
  'HOSTILE 165: four hosts are killed, stopped and cut off while they work, and all is right afterwards',
  async () => {
    const words = [PROGRAM, '--minutes', '0.4', '--peers', '4', '--seed', '14'];
    const { stdout } = await promisify(execFile)(process.execPath, words, { timeout: LIMIT_MS });
    process.stderr.write(stdout);
    expect(stdout).toContain(': all right');
  },
  LIMIT_MS,
);
