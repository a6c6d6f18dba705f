/** `iwanto service` against a systemctl that writes down what it was told: systemd itself runs on few test machines. */
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Systemd } from './systemd.js';

const SERVICES = ['iwanto-election.service', 'iwanto-indexer.service', 'iwanto-transfer.service'];
const UNITS = ['iwanto.target', ...SERVICES];
const PROGRAM = { node: '/usr/bin/node', script: '/usr/local/bin/iwanto' };

/** Logs its words; fails if a file says so; of a unit it says that it runs, once it has a file. */
const SYSTEMCTL = `#!/bin/sh
echo "$*" >> "$ROOM/told"
if [ -e "$ROOM/fails" ]; then cat "$ROOM/fails" >&2; exit 1; fi
[ "$2" = show ] || exit 0
if [ -e "$XDG_CONFIG_HOME/systemd/user/$3" ]
then printf 'LoadState=loaded\\nActiveState=active\\nUnitFileState=enabled\\n'
else printf 'LoadState=not-found\\nActiveState=inactive\\nUnitFileState=\\n'
fi
`;

let room: string;
let units: string;
const before = { ...process.env };

beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'iwanto-systemd-'));
  units = join(room, 'config/systemd/user');
  await mkdir(join(room, 'bin'));
  await writeFile(join(room, 'bin/systemctl'), SYSTEMCTL);
  await chmod(join(room, 'bin/systemctl'), 0o755);
  Object.assign(process.env, {
    ROOM: room,
    XDG_CONFIG_HOME: join(room, 'config'),
    PATH: [join(room, 'bin'), before['PATH']].join(delimiter),
  });
});
afterEach(async () => {
  process.env = { ...before };
  await rm(room, { recursive: true, force: true });
});

/** The manager of this user, on a machine that systemd manages: the room stands for its mark. */
const userManager = () => new Systemd('user', room);
const told = async () => (await readFile(join(room, 'told'), 'utf8')).trim().split('\n');

test('install writes the units of the user, enables them, and starts them', async () => {
  const files = await userManager().install(PROGRAM);
  expect(files).toEqual(UNITS.map((unit) => join(units, unit)));
  expect((await readdir(units)).sort()).toEqual([...UNITS].sort());
  expect(await readFile(join(units, 'iwanto-indexer.service'), 'utf8')).toMatch(
    /^ExecStart=\/usr\/bin\/node .*\/usr\/local\/bin\/iwanto indexer$/m,
  );
  expect(await told()).toEqual([
    '--user daemon-reload',
    `--user enable ${SERVICES.join(' ')} iwanto.target`,
    `--user restart iwanto.target ${UNITS.join(' ')}`,
  ]);
});

test('status says of each unit whether it runs, and which has no file', async () => {
  const absent = UNITS.map((unit) => ({ unit, state: 'absent', enabled: false }));
  expect(userManager().status()).toEqual(absent);
  await userManager().install(PROGRAM);
  const active = UNITS.map((unit) => ({ unit, state: 'active', enabled: true }));
  expect(userManager().status()).toEqual(active);
});

test('remove stops the services, deletes their units and nothing else', async () => {
  await userManager().install(PROGRAM);
  await writeFile(join(units, 'other.service'), '[Service]\n');
  await userManager().remove();
  expect(await readdir(units)).toEqual(['other.service']);
  expect((await told()).slice(-2)).toEqual([
    `--user disable --now ${UNITS.join(' ')}`,
    '--user daemon-reload',
  ]);
  await expect(userManager().remove()).rejects.toMatchObject({
    code: 'E_NOT_FOUND',
    sentence: `There are no units of iwanto in ${units}.`,
  });
});

test('what systemd refuses is said in its words; without systemd nothing is written', async () => {
  await writeFile(join(room, 'fails'), 'Failed to connect to bus: No medium found\nmore\n');
  await expect(userManager().install(PROGRAM)).rejects.toMatchObject({
    sentence: '"systemctl daemon-reload" failed: Failed to connect to bus: No medium found',
  });
  await rm(join(room, 'config'), { recursive: true });
  await writeFile(join(room, 'config'), 'no directory');
  await expect(userManager().install(PROGRAM)).rejects.toMatchObject({ code: 'E_BAD_PATH' });
  const unmanaged = new Systemd('user', join(room, 'nothing'));
  await expect(unmanaged.install(PROGRAM)).rejects.toMatchObject({ code: 'E_NOT_RUNNING' });
});
