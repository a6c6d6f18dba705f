/** HOSTILE 83 and 97 in a namespace of their own: no watches left, a database that may not be written. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, jest, test } from '@jest/globals';

jest.setTimeout(90_000);

const dist = (file: string) => JSON.stringify(new URL(`../dist/${file}`, import.meta.url).href);
const homes: string[] = [];
afterAll(() => homes.forEach((home) => rmSync(home, { recursive: true, force: true })));

/** Runs `shell` and then a module in namespaces of its own; gives what the module printed as JSON. */
function inNamespace(shell: string, module: string, args: readonly string[]): unknown {
  const script = `${shell} && exec "$0" --input-type=module -e "$1" "$@"`;
  const words = ['-Urm', 'sh', '-c', script, process.execPath, module, ...args];
  const { stdout, stderr, status } = spawnSync('unshare', words, {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(`ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

const canUnshare = spawnSync('unshare', ['-Urm', 'true']).status === 0;
const inOwnNamespace = canUnshare ? test : test.skip;

function newHome(files: number): string {
  const home = mkdtempSync(join(tmpdir(), 'iwanto-limits-'));
  homes.push(home);
  for (let at = 0; at < files; at += 1) {
    mkdirSync(join(home, 'shared', `d${at % 60}`), { recursive: true });
    writeFileSync(join(home, 'shared', `d${at % 60}`, `f${at}`), `${at}`);
  }
  return home;
}

inOwnNamespace.each([
  ['a watch a file', 200],
  ['a watch a directory', 2_500],
])('HOSTILE 83: without watches left, %s becomes a look now and then, said once', (_, files) => {
  const module = `
    const { IndexingRoom } = await import(${dist('testing/indexing-room.js')});
    const room = await IndexingRoom.open({ dir: process.argv[2] });
    await room.share();
    await room.until(() => room.indexing.state().folders[0].warning !== '', 'the warning');
    const { warning } = room.indexing.state().folders[0];
    await room.indexing.rescan(false);
    console.log(JSON.stringify({ warning, troubles: room.troubles, files: room.files().length }));
    await room.stop();
  `;
  const limit = 'echo 30 > /proc/sys/user/max_inotify_watches';
  const told = inNamespace(limit, module, [newHome(files)]) as { troubles: string[] };
  expect(told).toMatchObject({ files });
  expect(told.troubles).toHaveLength(1);
  expect(told.troubles[0]).toContain('sysctl fs.inotify.max_user_watches');
});

inOwnNamespace(
  'HOSTILE 97: where the database may not be written, what it holds still serves',
  () => {
    const home = newHome(20);
    const module = `
    const { IndexingRoom } = await import(${dist('testing/indexing-room.js')});
    const room = await IndexingRoom.open({ dir: process.argv[2] });
    await room.share();
    const { isForgetful } = room.catalogue;
    console.log(JSON.stringify({ isForgetful, files: room.files().length }));
    await room.stop();
  `;
    expect(inNamespace('true', module, [home])).toEqual({ isForgetful: false, files: 20 });
    const readOnly = `mount --bind ${home} ${home} && mount -o remount,ro,bind ${home}`;
    expect(inNamespace(readOnly, module, [home])).toEqual({ isForgetful: true, files: 20 });
  },
);

inOwnNamespace('an indexer that was started at the lowest priority stays there, and hashes', () => {
  const module = `
    const { IndexingRoom } = await import(${dist('testing/indexing-room.js')});
    const room = await IndexingRoom.open({ dir: process.argv[2] });
    await room.share();
    console.log(JSON.stringify({ files: room.files().length }));
    await room.stop();
  `;
  const lowered = 'renice -n 19 -p $$ > /dev/null';
  expect(inNamespace(lowered, module, [newHome(20)])).toEqual({ files: 20 });
});

inOwnNamespace(
  'what is mounted below a shared folder is followed, and what it covered goes',
  () => {
    const module = `
    import { mkdirSync, writeFileSync } from 'node:fs';
    import { execFileSync } from 'node:child_process';
    const { IndexingRoom } = await import(${dist('testing/indexing-room.js')});
    const home = process.argv[2];
    const below = home + '/shared/d1';
    const room = await IndexingRoom.open({ dir: home });
    await room.share();
    const has = (path) => room.lines().has('shared/d1/' + path);
    execFileSync('mount', ['-t', 'tmpfs', 'none', below]);
    await room.until(() => !has('f1'), 'the covered file to go');
    writeFileSync(below + '/mounted', 'x');
    await room.until(() => has('mounted'), 'a file of the mount');
    await room.untilIdle();
    const startedMs = Date.now();
    writeFileSync(below + '/later', 'y');
    await room.until(() => has('later'), 'a change in the mount');
    const tookMs = Date.now() - startedMs;
    execFileSync('umount', [below]);
    await room.until(() => has('f1') && !has('later'), 'the covered file to come back');
    console.log(JSON.stringify({ isNoticed: tookMs < 20_000 }));
    await room.stop();
  `;
    expect(inNamespace('true', module, [newHome(70)])).toEqual({ isNoticed: true });
  },
);

inOwnNamespace('a folder whose file system was unmounted is not announced as empty', () => {
  const module = `
    import { mkdirSync, writeFileSync } from 'node:fs';
    import { execFileSync } from 'node:child_process';
    const { IndexingRoom } = await import(${dist('testing/indexing-room.js')});
    const shared = process.argv[2] + '/shared';
    mkdirSync(shared);
    execFileSync('mount', ['-t', 'tmpfs', 'none', shared]);
    writeFileSync(shared + '/film', 'x');
    const room = await IndexingRoom.open({ dir: process.argv[2] });
    await room.share();
    const before = [...room.lines().keys()];
    execFileSync('umount', [shared]);
    await room.until(() => room.lines().size === 0, 'the folder to go');
    const { warning } = room.indexing.state().folders[0];
    console.log(JSON.stringify({ before, warning }));
    await room.stop();
  `;
  const told = inNamespace('true', module, [newHome(0)]) as { before: string[]; warning: string };
  expect(told.before.sort()).toEqual(['shared', 'shared/film']);
  expect(told.warning).toContain('mount it again');
});

inOwnNamespace.each([
  ['a small folder', 20],
  ['a large folder', 2_500],
])(
  'without inotify instances %s is polled, with the right advice, and watched when they are back',
  (_, files) => {
    const limit = '/proc/sys/user/max_inotify_instances';
    const module = `
    import { writeFileSync } from 'node:fs';
    const { IndexingRoom } = await import(${dist('testing/indexing-room.js')});
    const room = await IndexingRoom.open({ dir: process.argv[2] });
    await room.share();
    const warning = () => room.indexing.state().folders[0].warning;
    await room.until(() => warning() !== '', 'the warning');
    const advice = warning();
    writeFileSync('${limit}', '100');
    await room.indexing.rescan(false);
    await room.untilIdle();
    await room.indexing.rescan(false);
    await room.until(() => warning() === '', 'the watches');
    writeFileSync(process.argv[2] + '/shared/new', 'x');
    await room.until(() => room.lines().has('shared/new'), 'a change that only a watch shows in time');
    console.log(JSON.stringify({ advice }));
    await room.stop();
  `;
    const told = inNamespace(`echo 0 > ${limit}`, module, [newHome(files)]) as { advice: string };
    expect(told.advice).toContain('sysctl fs.inotify.max_user_instances');
  },
);
