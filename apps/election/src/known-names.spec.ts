/** Names and the first peer of each, over restarts. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { KnownPeer } from '@iwanto/bus';
import type { PeerId } from '@iwanto/wire';
import { KnownNames } from './known-names.js';

const [ANNE, EVE, BEN] = ['aa', 'ee', 'bb'].map((one) => one.repeat(10)) as [
  PeerId,
  PeerId,
  PeerId,
];
const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

let home: string;
let nowMs: number;
let logged: string[];
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'iwanto-names-'));
  nowMs = 1_700_000_000_000;
  logged = [];
});
afterEach(() => rm(home, { recursive: true }));

const path = () => join(home, 'known-names.json');
const open = (choice: { trust?: PeerId[]; block?: PeerId[] } = {}) =>
  new KnownNames({
    ...{ path: path(), choice: { trust: [], block: [], ...choice } },
    ...{ onTrouble: (line) => void logged.push(line), dateMs: () => nowMs },
  });
const named = (peer: PeerId, name = 'anne', seen: KnownPeer['seen'] = 'multicast') => ({
  ...{ peer, name, seen, member: true },
});

/** "anne" has been one peer's for so long. */
async function withAnne(forMs: number): Promise<void> {
  const names = open();
  await names.look([named(ANNE)]);
  await names.close();
  nowMs += forMs;
}

test("a name that two have from the beginning is nobody's, whichever of them is trusted", async () => {
  const names = open();
  await names.look([named(ANNE), named(EVE)]);
  await names.use({ trust: [EVE], block: [] });
  await names.use({ trust: [], block: [] });
  nowMs += 20 * MINUTE_MS;
  await names.look([named(ANNE), named(EVE)]);
  expect(names.troubles()).toEqual([]);
  await names.close();
});

test('HOSTILE 209: another peer that takes a known name is reported once, until it is trusted or blocked', async () => {
  await withAnne(20 * MINUTE_MS);
  const names = open();
  await names.look([named(EVE), named(BEN, 'ben')]);
  expect(names.troubles()).toEqual([expect.stringContaining(`was that of the peer ${ANNE}`)]);
  expect(names.troubles()[0]).toContain(EVE);
  await names.look([named(EVE), named(ANNE), named(BEN, 'ben')]);
  expect(logged).toHaveLength(1);
  await names.use({ trust: [], block: [EVE] });
  expect(names.troubles()).toEqual([]);
  await names.look([named(EVE), named(BEN, 'ben')]);
  await names.use({ trust: [EVE], block: [] });
  expect(names.troubles()).toEqual([]);
  await names.close();
  const again = open({ trust: [EVE] });
  nowMs += 20 * MINUTE_MS;
  await again.look([named(EVE), named(ANNE)]);
  expect(again.troubles()).toEqual([expect.stringContaining(`${ANNE} has it now`)]);
  expect((await stat(path())).mode & 0o777).toBe(0o600);
});

test('a name that several had from the beginning identifies nobody, and one that nobody has had for months is free', async () => {
  await withAnne(MINUTE_MS);
  const names = open();
  await names.look([named(ANNE), named(EVE)]);
  nowMs += DAY_MS;
  await names.look([named(EVE)]);
  expect(names.troubles()).toEqual([]);
  await names.look([named(BEN, 'ben')]);
  nowMs += 100 * DAY_MS;
  await names.look([named(EVE, 'ben')]);
  expect(names.troubles()).toEqual([]);
  await names.close();
});

test('HOSTILE 209: names are escaped, few are reported, and a damaged file is learnt again', async () => {
  await writeFile(path(), '[{"name":');
  const names = open();
  const all = Array.from({ length: 9 }, (_, at) => `\u001b[31m${at}`);
  await names.look(all.map((name) => named(ANNE, name)));
  nowMs += 20 * MINUTE_MS;
  await names.look(all.map((name) => named(EVE, name)));
  expect(names.troubles()).toHaveLength(3);
  expect(names.troubles().join()).not.toContain('\u001b');
  await names.close();
});

test('this host may take the name of another: its user is not asked to trust or block the host itself', async () => {
  await withAnne(20 * MINUTE_MS);
  const names = open();
  await names.look([named(ANNE), named(EVE, 'anne', 'self')]);
  expect([names.troubles(), logged]).toEqual([[], []]);
  await names.close();
});
