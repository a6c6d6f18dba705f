import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Bus, openBus } from '@iwanto/bus';
import { homePaths } from './paths.js';

/** A service that does nothing but live: the built lib, started as a process of its own. */
const script = `
  import { runService } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
  const refuse = () => { throw new Error('not asked here'); };
  await runService({
    service: 'election',
    start: async ({ log }) => ({
      handlers: { 'leader.get': refuse, 'peers.get': refuse, 'peers.add': refuse },
      port: () => 4711,
      notes: () => ['a note'],
      stop: async () => { log.info('stopped in order'); },
    }),
  });
`;

let home: string;
let bus: Bus;
let started: ChildProcess[];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'iwanto-run-'));
  bus = await openBus({ runDir: homePaths({ IWANT_HOME: home }).runDir });
  started = [];
});
afterEach(async () => {
  for (const child of started) child.kill('SIGKILL');
  await bus.close();
  await rm(home, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

function start(): { child: ChildProcess; ready: Promise<unknown>; ended: Promise<Ended> } {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, IWANT_HOME: home, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  started.push(child);
  let stderr = '';
  child.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  // Not 'close': a child whose channel was closed from here never tells it.
  const ended = Promise.all([once(child, 'exit'), once(child.stderr!, 'end')]).then(([[code]]) => ({
    code: code as number | null,
    stderr,
  }));
  return { child, ready: once(child, 'message'), ended };
}

const logText = () => readFile(join(home, 'logs', 'election.log'), 'utf8');

describe('a service', () => {
  test('says ready and answers how it is', async () => {
    await start().ready;
    expect(await bus.call('election.status', {})).toMatchObject({
      ready: true,
      port: 4711,
      notes: ['a note'],
    });
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('stops in order on %s with code 0', async (signal) => {
    const { child, ready, ended } = start();
    await ready;
    child.kill(signal);
    expect((await ended).code).toBe(0);
    expect(await logText()).toContain('stopped in order');
  });

  test('stops when it is asked over the bus, after the answer', async () => {
    const { ready, ended } = start();
    await ready;
    expect(await bus.call('election.stop', {})).toEqual({});
    expect((await ended).code).toBe(0);
  });

  test('stops when its supervisor is gone', async () => {
    const { child, ready, ended } = start();
    await ready;
    child.disconnect();
    expect((await ended).code).toBe(0);
  });

  test('HOSTILE 23: a second one for the same home says so and leaves the first alone', async () => {
    const first = start();
    await first.ready;
    const second = await start().ended;
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`already running as process ${first.child.pid}`);
    expect(second.stderr.trim().split('\n')).toHaveLength(1);
    expect((await bus.call('election.status', {})).pid).toBe(first.child.pid);
  });

  test('HOSTILE 24: starts again where one was killed', async () => {
    const { child, ready, ended } = start();
    await ready;
    child.kill('SIGKILL');
    await ended;
    const next = start();
    await next.ready;
    expect((await bus.call('election.status', {})).pid).toBe(next.child.pid);
  });

  test('HOSTILE 89: a broken configuration is one sentence and exit code 2', async () => {
    await writeFile(join(home, 'config.json'), '{ "settleMs": "soon" }');
    const { code, stderr } = await start().ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(/^election: error: .*config\.json is wrong at "settleMs".*\n$/);
  });
});
