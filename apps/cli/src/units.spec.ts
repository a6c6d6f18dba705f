/** The unit files: what they say, and what systemd itself thinks of them if it is installed. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SERVICES } from '@iwanto/bus';
import { EXIT, nodeEnvironment, nodeFlags } from '@iwanto/service';
import { type Scope, unitFiles } from './units.js';

const SCOPES: readonly Scope[] = ['system', 'user'];
const EXPOSURE_MAX = 4;
const program = { node: process.execPath, script: join(process.cwd(), 'bin', 'iwanto.js') };
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
const withSystemd = hasSystemd ? test.each(SCOPES) : test.skip.each(SCOPES);

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'iwanto-units-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function written(scope: Scope): Promise<string[]> {
  const units = unitFiles(scope, program);
  for (const [name, text] of units) await writeFile(join(dir, name), text);
  return [...units.keys()].map((name) => join(dir, name));
}

describe('unit files', () => {
  test.each(SCOPES)('%s: one for each service, and a target that wants all', (scope) => {
    const units = unitFiles(scope, program);
    expect([...units.keys()]).toEqual([
      'iwanto.target',
      ...SERVICES.map((service) => `iwanto-${service}.service`),
    ]);
    for (const service of SERVICES) {
      const text = units.get(`iwanto-${service}.service`) ?? '';
      expect(units.get('iwanto.target')).toContain(`Wants=iwanto-${service}.service`);
      expect(text).toContain(`${program.script} ${service}\n`);
      for (const flag of nodeFlags(service)) expect(text).toContain(flag);
      expect(text).toContain('Environment=MALLOC_ARENA_MAX=2\n');
      for (const [name, value] of Object.entries(nodeEnvironment(service)))
        expect(text).toContain(`Environment=${name}=${value}\n`);
      expect(text).toMatch(/^RestrictAddressFamilies=.*AF_NETLINK$/m);
      expect(text).not.toContain('MemoryDenyWriteExecute');
      expect(text).toContain('UMask=0022');
    }
  });

  test.each(SCOPES)('%s: tools/systemd holds them for packages', async (scope) => {
    const packaged = { node: '/usr/bin/node', script: '/usr/local/bin/iwanto' };
    for (const [name, text] of unitFiles(scope, packaged)) {
      const path = join(process.cwd(), '..', '..', 'tools', 'systemd', scope, name);
      expect(await readFile(path, 'utf8')).toBe(text);
    }
  });

  test('a path with spaces, quotes, % and $ reaches the program as it is', () => {
    const odd = { node: '/opt/my node/bin/node', script: '/srv/50%/$x"y\\z.js', home: '/h 1' };
    const text = unitFiles('user', odd).get('iwanto-election.service') ?? '';
    expect(text).toContain(
      'ExecStart="/opt/my node/bin/node" --single-threaded-gc --v8-pool-size=1 --max-semi-space-size=1 --optimize-for-size --no-maglev --invocation-count-for-turbofan=100000 "/srv/50%%/$$x\\"y\\\\z.js" election\n',
    );
    expect(text).toContain('Environment="IWANT_HOME=/h 1"');
  });

  withSystemd('%s: systemd verifies them', async (scope) => {
    const files = await written(scope);
    const runtime = join(dir, 'runtime');
    await mkdir(runtime);
    const words = ['verify', '--man=no', ...(scope === 'user' ? ['--user'] : []), ...files];
    const env = { ...process.env, XDG_RUNTIME_DIR: runtime };
    const { status, stderr } = spawnSync('systemd-analyze', words, { encoding: 'utf8', env });
    expect([status, stderr]).toEqual([0, '']);
  });

  withSystemd(`%s: their exposure is at most ${EXPOSURE_MAX}`, async (scope) => {
    for (const file of (await written(scope)).filter((name) => name.endsWith('.service'))) {
      const words = [
        'security',
        '--offline=yes',
        '--no-pager',
        `--threshold=${EXPOSURE_MAX * 10}`,
        file,
      ];
      const { status, stdout } = spawnSync('systemd-analyze', words, { encoding: 'utf8' });
      expect([status, stdout.trim().split('\n').at(-1)]).toEqual([0, expect.any(String)]);
    }
  });
});

test('pm2 is told the same flags, and the exit code of an orderly end', () => {
  const { apps } = createRequire(import.meta.url)('../../../tools/pm2/ecosystem.config.cjs') as {
    apps: { args: string; node_args: string[]; stop_exit_codes: number[]; env: object }[];
  };
  expect(apps.map(({ args }) => args)).toEqual([...SERVICES]);
  for (const [at, app] of apps.entries()) {
    const service = SERVICES[at] ?? 'election';
    expect(app.node_args).toEqual(nodeFlags(service));
    expect(app.stop_exit_codes).toEqual([EXIT.stopped, EXIT.usage]);
    expect(app.env).toEqual({
      ...nodeEnvironment(service),
      IWANT_STOPPED_CODE: String(EXIT.stopped),
    });
  }
});
