/** The supervisor as a process of its own, with three programs in place of the services. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SERVICES } from '@iwanto/bus';
import type { Order } from './supervisor.js';

const SUPERVISOR = join(process.cwd(), 'dist', 'supervisor.js');
const LOCK = '{"pid":1}';

/** Says "ready" and what it was started with, and ends when it is asked to or left alone. */
const SERVICE = `
  const { appendFileSync } = require('node:fs');
  appendFileSync(__filename + '.pid', process.pid + ' ' + process.execArgv + ' ' + process.env.OF_ITS_OWN + '\\n');
  process.on('SIGTERM', () => process.exit(0));
  process.on('disconnect', () => process.exit(0));
  const hang = (ending) => process.send({ ending }, () => { for (;;); });
  process.on('SIGUSR2', () => hang(0));
  process.on('SIGINT', () => hang(1));
  process.send('ready');`;

let dir: string;
let running: ChildProcess | undefined;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'iwanto-supervisor-'));
  for (const service of SERVICES) await writeFile(programOf(service), SERVICE);
  await writeFile(lockPath(), LOCK);
});
afterEach(async () => {
  if (running?.exitCode === null && running.kill('SIGKILL')) await once(running, 'exit');
  await rm(dir, { recursive: true, force: true });
});

const lockPath = () => join(dir, 'start.lock');
const programOf = (service: string) => join(dir, `${service}.cjs`);

/** The number and the flags of each process that this service was so far. */
const livesOf = async (service: string) =>
  (await readFile(`${programOf(service)}.pid`, 'utf8')).trimEnd().split('\n');

/** Starts it; what it prints, line by line. */
function start(json = false) {
  const order: Order = {
    services: SERVICES.map((service) => ({
      service,
      program: programOf(service),
      nodeArguments: ['--stack-size=900'],
      environment: { OF_ITS_OWN: service },
    })),
    lock: { path: lockPath(), text: LOCK },
    json,
  };
  const supervisor = spawn(process.execPath, [SUPERVISOR, JSON.stringify(order)], {
    env: { ...process.env, IWANT_HOME: dir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running = supervisor;
  const said = createInterface({ input: supervisor.stdout })[Symbol.asyncIterator]();
  const remarks = createInterface({ input: supervisor.stderr });
  /** Resolves when this sentence has come; what is wrong with the host of this test may come before. */
  const told = async (sentence: string) => {
    for await (const line of remarks) if (line === sentence) return;
  };
  return { supervisor, said, told };
}

test('it says when all are ready, starts again what dies, and stops all when asked to', async () => {
  const { supervisor, said, told } = start();
  expect((await said.next()).value).toBe('ready');
  const [first = ''] = await livesOf('indexer');
  expect(first).toMatch(/ --stack-size=900 indexer$/);
  process.kill(parseInt(first), 'SIGKILL');
  await told('iwanto: The indexer service ended by SIGKILL; it starts again in 1 s.');
  supervisor.kill('SIGTERM');
  expect(await once(supervisor, 'exit')).toEqual([0, null]);
  expect(existsSync(lockPath())).toBe(false);
}, 30_000);

test('a service that hangs while it ends is killed, and starts again unless it was asked to end', async () => {
  const { supervisor, said, told } = start();
  expect((await said.next()).value).toBe('ready');
  const [[asked = ''], [failed = '']] = [await livesOf('transfer'), await livesOf('indexer')];
  process.kill(parseInt(asked), 'SIGUSR2');
  await told('iwanto: The transfer service did not end within 1800 ms; it is killed.');
  process.kill(parseInt(failed), 'SIGINT');
  await told('iwanto: The indexer service ended by SIGKILL; it starts again in 1 s.');
  supervisor.kill('SIGTERM');
  expect(await once(supervisor, 'exit')).toEqual([0, null]);
  expect(await livesOf('transfer')).toHaveLength(1);
}, 30_000);

test('a lock that another process has taken over stays, and Ctrl-C has its own code', async () => {
  const { supervisor, said } = start(true);
  const line = (await said.next()).value ?? '';
  expect(JSON.parse(line)).toEqual({ event: 'ready', pid: supervisor.pid });
  await writeFile(lockPath(), '{"pid":2}');
  supervisor.kill('SIGINT');
  expect(await once(supervisor, 'exit')).toEqual([130, null]);
  expect(await readFile(lockPath(), 'utf8')).toBe('{"pid":2}');
}, 30_000);
