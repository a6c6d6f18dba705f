/** `iwanto group` in a home of its own: keys of groups come, change and go; passphrases come from files alone. */
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CommandLine, ended } from './testing/command-line.js';

/** Each key costs some tenths of a second of a processor that others use as well. */
const LIMIT_MS = 60_000;
const WORDS = 'lusab babad gutih tugad';

let cli: CommandLine;

beforeEach(() => {
  cli = new CommandLine();
});
afterEach(() => cli.close());

const iwanto = (...words: string[]) => cli.run(...words);
const json = async (...words: string[]) => JSON.parse((await iwanto(...words, '--json')).stdout);

async function passphraseFile(words: string, mode = 0o600): Promise<string> {
  const path = join(cli.home, `passphrase ${words.length}`);
  await writeFile(path, `${words}\n`);
  await chmod(path, mode);
  return path;
}
const fileOption = async (words: string) => ['--passphrase-file', await passphraseFile(words)];

describe('iwanto group', () => {
  test(
    'add, join, rotate, finish, leave, remove',
    async () => {
      const added = await json('group', 'add', 'team', ...(await fileOption(WORDS)));
      expect(added).toMatchObject({
        name: 'team',
        previous: null,
        joined: false,
        passphrase: null,
      });
      expect((await stat(join(cli.home, 'groups.json'))).mode & 0o777).toBe(0o600);
      expect((await iwanto('group', 'remove', 'other')).code).toBe(3);
      expect((await iwanto('group', 'join', 'other')).code).toBe(3);
      expect(await json('group', 'join', 'team')).toMatchObject({ joined: true, key: added.key });
      expect((await iwanto('config', 'get', 'mode')).stdout).toBe('group\n');
      expect((await iwanto('group', 'remove', 'team')).code).toBe(2);

      const rotate = ['group', 'rotate', 'team'];
      expect((await iwanto(...rotate, '--finish')).code).toBe(2);
      const rotated = await json(...rotate, ...(await fileOption(`${WORDS} again`)));
      expect(rotated).toMatchObject({ previous: added.key, joined: true });
      expect(rotated.key).not.toBe(added.key);
      const { stdout } = await iwanto('group');
      expect(stdout).toMatch(
        new RegExp(`team +${rotated.key} +joined, ${added.key} accepted, too`),
      );
      expect(await json(...rotate, '--finish')).toMatchObject({ key: rotated.key, previous: null });

      expect(await json('group', 'leave')).toEqual({ left: 'team' });
      expect(await json('group', 'leave')).toEqual({ left: null });
      expect((await iwanto('config', 'get', 'mode')).stdout).toBe('open\n');
      expect(await json('group', 'remove', 'team')).toEqual({ removed: 'team' });
      expect(await json('group')).toEqual({ groups: [] });
    },
    LIMIT_MS,
  );

  test(
    'added again with the same passphrase it stays; with another one it is refused',
    async () => {
      const first = await json('group', 'add', 'team', ...(await fileOption(WORDS)));
      expect(await json('group', 'add', 'team', ...(await fileOption(` ${WORDS}  `)))).toEqual(
        first,
      );
      expect((await iwanto('group', 'add', 'team', ...(await fileOption(`${WORDS} 2`)))).code).toBe(
        13,
      );
    },
    LIMIT_MS,
  );

  test(
    'HOSTILE 93, 159: a passphrase is no argument and no variable, and a file that others can read is refused',
    async () => {
      expect((await iwanto('group', 'add', 'team', WORDS)).code).toBe(2);
      expect((await iwanto('group', 'add', 'team', '--passphrase', WORDS)).code).toBe(2);
      const env = { IWANT_PASSPHRASE: WORDS, IWANT_GROUP_PASSPHRASE: WORDS };
      const asked = await ended(cli.start(['group', 'add', 'team'], env));
      expect(asked).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('--passphrase-file'),
      });
      const open = await passphraseFile(WORDS, 0o644);
      const refused = await iwanto('group', 'add', 'team', '--passphrase-file', open);
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('chmod 600') });
      expect((await iwanto('group', 'add', 'team', '--passphrase-file', '/no/file')).code).toBe(2);
      const short = await iwanto('group', 'add', 'team', ...(await fileOption('too short')));
      expect(short).toMatchObject({ code: 2, stderr: expect.stringContaining('12 to 1024') });
      expect(await json('group')).toEqual({ groups: [] });
    },
    LIMIT_MS,
  );

  test(
    'HOSTILE 159: a credential of systemd is taken, and no key is in what is printed or configured',
    async () => {
      const dir = join(cli.home, 'credentials');
      await mkdir(dir);
      await writeFile(join(dir, 'iwanto-group-team'), `${WORDS}\n`, { mode: 0o400 });
      const added = await ended(
        cli.start(['group', 'add', 'team', '--json'], { CREDENTIALS_DIRECTORY: dir }),
      );
      expect(added.code).toBe(0);
      const { groups } = JSON.parse(await readFile(join(cli.home, 'groups.json'), 'utf8'));
      await iwanto('group', 'join', 'team');
      const config = await readFile(join(cli.home, 'config.json'), 'utf8');
      const shown = (await Promise.all([iwanto('group'), iwanto('view', 'config')])).map(
        ({ stdout }) => stdout,
      );
      for (const text of [added.stdout, config, ...shown]) {
        expect(text).not.toContain(groups[0].key);
        expect(text).not.toContain('lusab');
      }
    },
    LIMIT_MS,
  );

  test(
    'HOSTILE 157: a mode whose key is absent is refused, and the configuration stays as it was',
    async () => {
      const { code, stderr } = await iwanto('config', 'set', 'mode', 'group');
      expect({ code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('group join'),
      });
      expect((await iwanto('config', 'get', 'mode')).stdout).toBe('open\n');
    },
    LIMIT_MS,
  );

  test.each([
    ['group', 'frob'],
    ['group', 'add'],
    ['group', 'add', 'Team'],
    ['group', 'add', 'team', '--finish'],
  ])('%s %s %s %s: usage', async (...words) => {
    expect((await iwanto(...words)).code).toBe(2);
  });
});
