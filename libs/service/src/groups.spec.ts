/** Keys of groups: how they are made, where they are kept, and that nothing falls back to open without them. */
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Bus, Peers } from '@iwanto/bus';
import type { FileHash } from '@iwanto/wire';
import { setConfig } from './config.js';
import { type Group, groupKeyOf, groupNameFrom, keyCheck, passphraseFrom } from './group-key.js';
import { groupRoots } from './group-roots.js';
import { changeGroups, groupsFile, loadGroups } from './groups.js';
import { loadInForce, sealedBy } from './in-force.js';
import { type Paths, homePaths } from './paths.js';
import { scopedBus } from './scoped-bus.js';

let home: string;
let paths: Paths;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'iwanto-groups-'));
  paths = homePaths({ IWANT_HOME: home });
});
afterEach(() => rm(home, { recursive: true, force: true }));

const team: Group = {
  ...{ name: groupNameFrom('team'), key: 'ab'.repeat(32), previous: null },
};

describe('a passphrase', () => {
  test('is the same whatever spaces, line end or Unicode form it came with', () => {
    expect(passphraseFrom(' caf\u0065\u0301  noir   et lait\r\n')).toBe('caf\u00e9 noir et lait');
  });

  test.each(['', 'short', 'x'.repeat(11), 'x'.repeat(1_025)])('%j is refused', (typed) => {
    expect(() => passphraseFrom(typed)).toThrow(/12 to 1024 characters/);
  });

  test('makes the key that every version of the program makes, with the name in the salt', async () => {
    const key = await groupKeyOf(team.name, 'lusab babad gutih tugad');
    expect(key).toBe('9078450286b16650876e665ba0c894a0d9816948bdef4e125fa23db5210ed232');
    expect(keyCheck(key)).toBe('9e45a3cc');
    expect(await groupKeyOf(groupNameFrom('other'), 'lusab babad gutih tugad')).not.toBe(key);
  }, 20_000);

  test.each(['Team', 'a b', '', '../x', '-x', 'x'.repeat(33), 'té'])('%j is not a name', (name) => {
    expect(() => groupNameFrom(name)).toThrow(/is not a name for a group/);
  });
});

test('HOSTILE 163: the name of a content in a group comes back to its hash by that key alone', () => {
  const hash = 'c0'.repeat(32) as FileHash;
  const [roots, other] = [groupRoots(team.key), groupRoots('cd'.repeat(32))];
  const name = roots.blind(hash);
  expect(name).toMatch(/^[0-9a-f]{64}$/);
  expect(roots.plain(name)).toBe(hash);
  expect([other.plain(name), name]).not.toContain(hash);
  expect(other.blind(hash)).not.toBe(name);
});

describe('the file of keys', () => {
  test('HOSTILE 159: is written for its user alone, and refused when others can read it', async () => {
    expect(await loadGroups(paths)).toEqual([]);
    await changeGroups(paths, () => [team]);
    expect((await stat(groupsFile(paths))).mode & 0o777).toBe(0o600);
    expect(await loadGroups(paths)).toEqual([team]);
    for (const mode of [0o640, 0o604, 0o660]) {
      await chmod(groupsFile(paths), mode);
      await expect(loadGroups(paths)).rejects.toThrow('chmod 600');
    }
  });

  test('damaged, or of a newer program: refused with a sentence, and kept', async () => {
    for (const text of [
      '{',
      '{"version":2,"groups":[]}',
      '{"version":1,"groups":[{"name":"x"}]}',
    ]) {
      await writeFile(groupsFile(paths), text, { mode: 0o600 });
      await expect(loadGroups(paths)).rejects.toThrow('damaged, or of a newer iwanto');
      await expect(changeGroups(paths, () => [])).rejects.toThrow('damaged');
      expect(await readFile(groupsFile(paths), 'utf8')).toBe(text);
    }
  });
});

describe('the mode', () => {
  test('HOSTILE 157: without its key a host of a group does not start, and does not become open', async () => {
    await changeGroups(paths, () => [team]);
    await setConfig(paths, 'mode', 'group');
    await expect(loadInForce(paths)).rejects.toThrow('no group is named');
    await setConfig(paths, 'group', 'team');
    expect((await loadInForce(paths)).config).toMatchObject({ mode: 'group', groups: [team] });
    await rm(groupsFile(paths));
    await expect(loadInForce(paths)).rejects.toThrow('run "iwanto group add team"');
  });

  test('HOSTILE 157: news of an election that still runs in another mode, or with former keys, is not believed', async () => {
    await setConfig(paths, 'group', 'team');
    await changeGroups(paths, () => [{ ...team, previous: 'cd'.repeat(32) }]);
    const open = (await loadInForce(paths)).config;
    const changing = { ...open, mode: 'group' as const };
    const changed = { ...changing, groups: [team] };
    const marks = [open, changing, changed].map(sealedBy);
    expect(marks).toEqual([
      undefined,
      expect.stringMatching(/^team \w{8} \w{8}$/),
      expect.any(String),
    ]);
    expect(new Set(marks).size).toBe(3);
    for (const own of marks) {
      const believed = marks.filter((mark) => {
        let isHeard = false;
        const news = { revision: 1, peers: [], ...(mark && { sealedBy: mark }) } satisfies Peers;
        const follow = (_topic: string, heard: (body: Peers) => void) => {
          heard(news);
          return () => undefined;
        };
        scopedBus({ follow } as unknown as Bus, own).bus.follow('peers.changed', () => {
          isHeard = true;
        });
        return isHeard;
      });
      expect(believed).toEqual([own]);
    }
  });
});
