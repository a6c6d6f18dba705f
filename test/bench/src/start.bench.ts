/** How long a command takes from nothing: `iwanto --help`, and `iwanto search` on a warm host, from the package as it is installed. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { install, must, packInto } from './installed.js';

const RUNS = 15;
const FOUND_LIMIT_MS = 30_000;
/** Far from those of a peer in use. */
const PORT = 28_316;

const GOALS_MS = { help: 90, search: 150 } as const;

const room = mkdtempSync(join(tmpdir(), 'iw-start-'));
const home = join(room, 'home');
const env = { ...process.env, IWANT_HOME: home, XDG_CACHE_HOME: join(room, 'cache') };

async function startPeer(program: string): Promise<ChildProcess> {
  mkdirSync(join(home, 'files'), { recursive: true });
  writeFileSync(join(home, 'files/blue danube.flac'), 'three four');
  const config = {
    interfaces: ['lo'],
    share: [join(home, 'files')],
    discoveryPort: PORT,
    ports: { election: PORT + 1, indexer: PORT + 2, transfer: PORT + 3 },
  };
  writeFileSync(join(home, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  const services = spawn(process.execPath, [program, 'start'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(createInterface({ input: services.stdout }), 'line');
  const deadlineMs = performance.now() + FOUND_LIMIT_MS;
  while (spawnSync(process.execPath, [program, 'search', 'danube'], { env }).status !== 0) {
    if (performance.now() > deadlineMs) throw new Error('the file was not found');
  }
  return services;
}

/** One line: the median of the wall time, and the range. */
function measure(title: string, goalMs: number, words: readonly string[]): void {
  const took = Array.from({ length: RUNS }, () => {
    const startMs = performance.now();
    must(process.execPath, words);
    return performance.now() - startMs;
  }).sort((a, b) => a - b);
  const [first = 0, median = 0, last = 0] = [took[0], took[RUNS >> 1], took[RUNS - 1]];
  const goal = goalMs > 0 ? ` (goal <= ${goalMs} ms)` : '';
  console.log(
    `${title}: ${median.toFixed(0)} ms${goal}, ${first.toFixed(0)} to ${last.toFixed(0)} in ${RUNS} runs`,
  );
}

let services: ChildProcess | undefined;
try {
  const program = install(packInto(room), room);
  Object.assign(process.env, env);
  services = await startPeer(program);
  measure('Node.js alone', 0, ['-e', '0']);
  measure('iwanto --help', GOALS_MS.help, [program, '--help']);
  measure('iwanto search', GOALS_MS.search, [program, 'search', 'danube']);
} finally {
  if (services && services.exitCode === null) {
    services.kill('SIGTERM');
    await once(services, 'exit');
  }
  rmSync(room, { recursive: true, force: true });
}
