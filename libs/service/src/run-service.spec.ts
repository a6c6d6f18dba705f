import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, watch, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Bus, openBus } from '@iwanto/bus';
import { homePaths } from './paths.js';

/** A service that does nothing: the built lib, started as a process of its own. */
const script = `
  import { writeSync } from 'node:fs';
  import { runService } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
  if (process.env.HANGS) process.on('exit', () => { writeSync(2, 'exits'); for (;;); });
  const refuse = () => { throw new Error('not asked here'); };
  await runService({
    service: 'election',
    fixedBy: ({ discoveryPort }) => discoveryPort,
    start: async ({ log, config }) => {
     if (process.env.BEGINS) {
       writeSync(2, 'begins');
       await new Promise((goOn) => process.once('SIGTERM', () => setImmediate(goOn)));
     }
     return {
      reconfigure: ({ settleMs }) => { if (settleMs === 13) throw new Error('13 is refused'); },
      handlers: { 'leader.get': refuse, 'peers.get': refuse, 'peers.add': refuse },
      port: () => 4711,
      notes: () => ['a note', 'discovery ' + config.discoveryPort],
      stop: async () => { log.info('stopped in order'); },
     };
    },
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

function start(env: NodeJS.ProcessEnv = {}): {
  child: ChildProcess;
  ready: Promise<unknown>;
  ended: Promise<Ended>;
} {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, IWANT_HOME: home, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  started.push(child);
  let stderr = '';
  child.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  // Not 'close': a child whose channel was closed from here never emits it.
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
      notes: ['a note', 'discovery 17116'],
    });
  });

  test('says that it ends, and a second signal ends it even if it hangs while it exits', async () => {
    const { child, ready } = start({ HANGS: '1' });
    await ready;
    const said = once(child, 'message');
    const exits = once(child.stderr!, 'data');
    child.kill('SIGTERM');
    expect(await said).toEqual([{ ending: 0 }, undefined]);
    await exits;
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    expect(await ended).toEqual([null, 'SIGINT']);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('stops in order on %s with code 0', async (signal) => {
    const { child, ready, ended } = start();
    await ready;
    child.kill(signal);
    expect((await ended).code).toBe(0);
    expect(await logText()).toContain('stopped in order');
  });

  test('stops in order with code 0 in the middle of its start', async () => {
    const { child, ended } = start({ BEGINS: '1' });
    await once(child.stderr!, 'data');
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, stderr: 'begins' });
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

  test('has an exit code of its own for an orderly end where a manager asks for it', async () => {
    const { ready, ended } = start({ IWANT_STOPPED_CODE: '20' });
    await ready;
    await bus.call('election.stop', {});
    expect((await ended).code).toBe(20);
  });

  test('takes over what changed, begins anew where it must, and keeps the old where it is refused', async () => {
    const { child, ready } = start();
    await ready;
    const reload = async (config: object) => {
      await writeFile(join(home, 'config.json'), JSON.stringify(config));
      return bus.call('election.reload', {});
    };
    const notes = async () => (await bus.call('election.status', {})).notes;
    expect(await reload({ settleMs: 7 })).toEqual({ changed: ['settleMs'] });
    expect(await logText()).not.toContain('stopped in order');
    expect(await reload({ settleMs: 7, discoveryPort: 4712 })).toEqual({
      changed: ['discoveryPort'],
    });
    expect(await notes()).toContain('discovery 4712');
    expect(await logText()).toContain('stopped in order');
    await expect(reload({ settleMs: 13, discoveryPort: 4712 })).rejects.toThrow('13 is refused');
    await expect(reload({ settleMs: 'soon' })).rejects.toThrow('settleMs');
    expect(await notes()).toContain('discovery 4712');
    expect((await bus.call('election.status', {})).pid).toBe(child.pid);
  });

  test('SIGHUP makes it read its configuration again', async () => {
    const { child, ready } = start();
    await ready;
    const changed = new Promise<string[]>((heard) => {
      bus.follow('leader.changed', () => undefined);
      bus.subscribe('election.changed', (status) => {
        if (status.notes.includes('discovery 4713')) heard(status.notes);
      });
    });
    await bus.call('election.status', {});
    await writeFile(join(home, 'config.json'), '{ "discoveryPort": 4713 }');
    child.kill('SIGHUP');
    expect(await changed).toContain('discovery 4713');
  });

  test('announces itself to systemd where systemd waits for it', async () => {
    const bin = join(home, 'bin');
    await mkdir(bin);
    await writeFile(
      join(bin, 'systemd-notify'),
      `#!/bin/sh\necho "$@" > ${home}/sent && mv ${home}/sent ${home}/notified\n`,
      {
        mode: 0o755,
      },
    );
    const PATH = `${bin}:${process.env['PATH'] ?? ''}`;
    const watcher = watch(home);
    const notified = (async () => {
      for await (const { filename } of watcher) if (filename === 'notified') return;
    })();
    await start({ NOTIFY_SOCKET: '/run/none', PATH }).ready;
    await notified;
    expect(await readFile(join(home, 'notified'), 'utf8')).toBe('--ready\n');
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
