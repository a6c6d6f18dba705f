/** `npm run fuzz -- [--inputs 1000000] [--seed N]`: every spec of random inputs, with this many of each kind, and a summary. */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const WORKSPACE = fileURLToPath(new URL('../../', import.meta.url));
/** Requests over HTTP cost more than inputs of a function: this many times fewer. */
const INPUTS_PER_REQUEST = 10;
const MS_PER_SECOND = 1_000;

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(randomInt(1, 2 ** 31)) },
  },
});

const rooms = ['libs', 'apps'].flatMap((floor) =>
  readdirSync(join(WORKSPACE, floor)).map((name) => join(WORKSPACE, floor, name)),
);
const isFuzz = (path: string) => path.endsWith('fuzz.spec.ts');
const fuzzed = rooms.filter((room) =>
  readdirSync(join(room, 'src'), { recursive: true, encoding: 'utf8' }).some(isFuzz),
);

const env = {
  ...process.env,
  IWANTO_FUZZ: values.inputs,
  IWANTO_SEED: values.seed,
  IWANTO_FUZZ_REQUESTS: String(Math.ceil(Number(values.inputs) / INPUTS_PER_REQUEST)),
  IWANTO_FUZZ_SEED: values.seed,
};
const startMs = performance.now();
const failed = fuzzed.filter((cwd) => {
  const words = [join(WORKSPACE, 'tools', 'jest.mjs'), 'fuzz.spec'];
  return spawnSync(process.execPath, words, { cwd, env, stdio: 'inherit' }).status !== 0;
});
const seconds = ((performance.now() - startMs) / MS_PER_SECOND).toFixed(0);
console.log(
  `fuzz: seed ${values.seed}, ${values.inputs} inputs of each kind in ${fuzzed.length} rooms, ${seconds} s: ` +
    (failed.length === 0 ? 'all right' : `${failed.length} rooms failed`),
);
process.exitCode = failed.length === 0 ? 0 : 1;
