/** Runs every benchmark, each in a process of its own, one after the other; arguments select those whose name contains one of them. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** No benchmark may take longer, in ms. */
const LIMIT_MS = 900_000;

const wanted = process.argv.slice(2);
const benches = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.bench.js'))
  .filter((file) => wanted.length === 0 || wanted.some((word) => file.includes(word)))
  .sort();

let failed = 0;
for (const file of benches) {
  console.log(`# ${file.replace('.bench.js', '')}`);
  const path = fileURLToPath(new URL(file, import.meta.url));
  const { status, signal } = spawnSync(process.execPath, [path], {
    stdio: 'inherit',
    timeout: LIMIT_MS,
  });
  if (status === 0) continue;
  failed += 1;
  console.log(`${file} ended with ${signal ?? `code ${status}`}`);
}
process.exitCode = failed > 0 ? 1 : 0;
