/** A name that people chose: kept, announced, or refused with nothing changed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { homePaths, loadConfig } from '@iwanto/service';
import type { PeerCard, PublicKey } from '@iwanto/wire';
import { OwnCard } from '../card.js';
import { setName, takeName } from './set-name.js';

let home: string;
let own: OwnCard;
let announced: PeerCard[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'iwanto-name-'));
  own = new OwnCard({ electionPort: 1, curveKey: 'ab'.repeat(32) as PublicKey });
  announced = [];
});
afterEach(() => rmSync(home, { recursive: true }));

const paths = () => homePaths({ IWANT_HOME: home });
const change = (name: string) =>
  setName({ paths: paths(), own, changed: (card) => announced.push(card) }, { name });

test('is written down and announced; an empty one is the host name again', async () => {
  expect(await change(' Zoë ')).toEqual({ name: 'Zoë' });
  expect(announced).toMatchObject([{ name: 'Zoë' }]);
  expect((await loadConfig(paths())).config.name).toBe('Zoë');
  expect(await change('')).toEqual({ name: hostname().slice(0, 32) });
});

test('a name that the configuration got in another way is announced once, and refused in the same way', () => {
  const take = (name: string) => takeName({ own, changed: (card) => announced.push(card) }, name);
  take('kitchen');
  take('kitchen');
  expect(announced).toMatchObject([{ name: 'kitchen' }]);
  expect(() => take('a/b')).toThrow('no slashes');
  expect(own.card.name).toBe('kitchen');
});

test.each(['a/b', 'a\u202eb', 'x'.repeat(33), 'a\nb'])('%j is refused', async (name) => {
  await expect(change(name)).rejects.toMatchObject({ code: 'E_BAD_REQUEST' });
  expect(announced).toEqual([]);
});
