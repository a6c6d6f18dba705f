/** HOSTILE 98: kill -9 at any moment; 5 times here, as often as IWANTO_KILLS says on demand. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFileSync,
  lstatSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FileRootBuilder, loadBlake3 } from '@iwanto/merkle';
import { IndexingRoom } from './testing/indexing-room.js';

const KILLS = Number(process.env['IWANTO_KILLS'] ?? 5);
/** The indexer of a room in a process of its own, which says a line for each revision. */
const CHILD = `
  const { IndexingRoom } = await import(${JSON.stringify(new URL('../dist/testing/indexing-room.js', import.meta.url).href)});
  const room = await IndexingRoom.open({ dir: process.argv[1], settleMs: 5 });
  room.catalogue.onChange(() => process.stdout.write('revision\\n'));
  await room.share();
  process.stdout.write('idle\\n');
`;

let room: IndexingRoom;
beforeAll(async () => {
  room = await IndexingRoom.open();
  for (let at = 0; at < 300; at += 1) writeFileSync(room.path(`${at % 9}`, `${at}`), `file ${at}`);
});
afterAll(() => room.close());

/** Waits for the `count`-th line of the child, or for its rest. */
function lines(child: ChildProcess, count: number): Promise<void> {
  let seen = 0;
  return new Promise((resolve) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      seen += 1;
      if (seen >= count || line === 'idle') resolve();
    });
  });
}

/** Changes that depend on the round alone. */
function churn(round: number): void {
  for (let at = 0; at < 30; at += 1) {
    const name = (round * 37 + at * 11) % 300;
    const path = room.path(`${name % 9}`, `${name}`);
    if (at % 3 === 0) appendFileSync(path, ` round ${round}`);
    else if (at % 3 === 1) rmSync(path, { force: true });
    else writeFileSync(room.path(`new ${round}`, `${at}`), `${round} ${at}`);
  }
  if (round > 0) renameSync(room.path(`new ${round - 1}`), room.path(`moved ${round}`));
}

async function onDisk(): Promise<Map<string, string>> {
  const blake3 = await loadBlake3();
  const shared = join(room.dir, 'shared');
  const names = readdirSync(shared, { recursive: true, encoding: 'utf8' });
  const found = new Map<string, string>();
  for (const name of names.filter((one) => lstatSync(join(shared, one)).isFile())) {
    const bytes = readFileSync(join(shared, name));
    const builder = new FileRootBuilder(blake3);
    if (bytes.length > 0) builder.push(blake3.hash(bytes));
    found.set(`shared/${name}`, builder.finish(bytes.length));
  }
  return found;
}

test(
  `HOSTILE 98: after ${KILLS} kills the database is whole and the catalogue is the folder`,
  async () => {
    const { dir } = room;
    await room.stop();
    for (let round = 0; round < KILLS; round += 1) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', CHILD, dir], {
        stdio: ['ignore', 'pipe', 'inherit'],
        cwd: fileURLToPath(new URL('..', import.meta.url)),
      });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await lines(child, 1 + ((round * 5) % 13));
      churn(round);
      child.kill('SIGKILL');
      await ended;
    }
    room = await IndexingRoom.open({ dir });
    expect(room.catalogue.setAside).toBeUndefined();
    await room.share();
    const told = [...room.lines()].filter(([, { kind }]) => kind === 'file');
    expect(new Map(told.map(([path, { hash }]) => [path, hash]))).toEqual(await onDisk());
    const { revision } = room.catalogue;
    await room.indexing.rescan(true);
    await room.untilIdle();
    expect(room.catalogue.revision).toBe(revision);
  },
  60_000 + KILLS * 20_000,
);
