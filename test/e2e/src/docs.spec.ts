/** Every command of the README and the docs: `console` blocks are run and compared, all others checked against the command line. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PROGRAM } from '@iwanto/peer';
import { blocksOf, callsIn, likeness, mentionsIn, shownIn } from './console-blocks.js';
import { lanImpossible } from '@iwanto/peer/lan';
import { PLAYABLE_FRAMES, ReadmeSession } from './readme-session.js';

const WORKSPACE = fileURLToPath(new URL('../../..', import.meta.url));
const PAGES = [
  'README.md',
  ...readdirSync(join(WORKSPACE, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

const read = (page: string) => readFileSync(join(WORKSPACE, page), 'utf8');

interface Manual {
  readonly commands: readonly {
    readonly name: string;
    readonly options: readonly { readonly name: string }[];
  }[];
}
const { commands } = JSON.parse(
  spawnSync(process.execPath, [PROGRAM, 'man', '--json'], { encoding: 'utf8' }).stdout,
) as Manual;
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** What is wrong with a call of `iwanto`, or undefined. */
function problemOf(call: string): string | undefined {
  const [, name = ''] = /^iwanto (?:help )?([\w-]+)/.exec(call) ?? [];
  const isGeneral = /^iwanto (help )?(COMMAND|--?\w+)/.test(call) || call === 'iwanto help';
  // What shells ask, and the domain of a hash, whose version follows the name.
  if (isGeneral || name === 'complete' || /^\d$/.test(name)) return undefined;
  const command = commands.find((one) => one.name === name);
  if (!command) return `"${name}" is not a command`;
  const known = [...command.options.map((one) => one.name), 'json', 'verbose', 'help'];
  const typed = [...call.replace(/ -- .*/, '').matchAll(/--([a-z][\w-]*)/g)].map(([, one]) => one);
  const unknown = typed.find((one) => !known.includes(one ?? ''));
  return unknown === undefined ? undefined : `${name} has no option --${unknown}`;
}

describe('what stands in the docs is what the command understands', () => {
  test.each(PAGES)('%s: every call of iwanto and every npm script', (page) => {
    const text = read(page);
    const calls = [...callsIn(text, 'iwanto'), ...mentionsIn(text, 'iwanto')];
    const wrong = calls.flatMap((call) => {
      const problem = problemOf(call);
      return problem === undefined ? [] : [`${call}: ${problem}`];
    });
    expect(wrong).toEqual([]);
    const runs = [...callsIn(text, 'npm'), ...mentionsIn(text, 'npm')].flatMap((call) => {
      const name = /^npm run (?:-s )?(\S+)/.exec(call)?.[1];
      return name === undefined ? [] : [name];
    });
    expect(runs.filter((name) => !(name in scripts) && name !== 'X')).toEqual([]);
  });

  test.each(PAGES)('%s: every block says what it is, and a shell can read it', (page) => {
    for (const { language, lines } of blocksOf(read(page))) {
      expect([page, lines[0], language]).not.toEqual([page, lines[0], '']);
      if (language !== 'sh') continue;
      const { status, stderr } = spawnSync('bash', ['-n'], { input: lines.join('\n') });
      expect([String(stderr), status]).toEqual(['', 0]);
    }
  });
});

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
const reason = lanImpossible() ?? (hasFfmpeg ? undefined : 'the command ffmpeg is missing');
if (reason) process.stderr.write(`docs.spec.ts is skipped in part: ${reason}\n`);
const story = reason ? describe.skip : describe;

story('the README shows what really happens', () => {
  let session: ReadmeSession;
  beforeAll(async () => {
    session = await ReadmeSession.open(tmpdir());
  }, 60_000);
  afterAll(async () => {
    await session.close();
  }, 60_000);

  test('the picture was made from these commands', () => {
    const picture = read('docs/session.svg').replace(/<[^>]*>/g, '');
    for (const { command } of shownIn(read('README.md'))) {
      expect(picture).toContain(command.replaceAll('&', '&amp;'));
    }
  });

  test.each(shownIn(read('README.md')).map((shown) => [shown.command, shown.output] as const))(
    '$ %s',
    async (command, output) => {
      const { code, lines } = await session.run(command);
      expect(likeness(lines)).toEqual(likeness(output));
      expect(code).toBe(0);
    },
    90_000,
  );

  test('the film that was opened was played to its last frame', async () => {
    expect(await session.played()).toBe(PLAYABLE_FRAMES);
  });
});
