/** docs/hostile.md: every case of bad input, and the specs whose tests name its number. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface HostileCase {
  readonly number: number;
  readonly sent: string;
  readonly expected: string;
}

export interface Section {
  readonly title: string;
  readonly cases: readonly HostileCase[];
}

const HEAD = `# Bad input, faults and attacks

This page lists what every door of the program may receive, and what must happen. It is generated from
\`docs/hostile-cases.txt\` and from the numbers that tests carry ("HOSTILE 7") by \`npm run docs\`;
change those, never the page.
`;

/** Reads docs/hostile-cases.txt; throws if a line has another form or a number occurs twice. */
export function casesFrom(text: string): Section[] {
  const sections: { title: string; cases: HostileCase[] }[] = [];
  const numbers = new Set<number>();
  for (const line of text.split('\n')) {
    if (line.startsWith('## ')) sections.push({ title: line.slice(3), cases: [] });
    if (line === '' || line.startsWith('#')) continue;
    const [number, sent, expected, ...more] = line.split(' | ');
    const one = { number: Number(number), sent: sent ?? '', expected: expected ?? '' };
    const isWhole = Number.isInteger(one.number) && one.expected !== '' && more.length === 0;
    if (!isWhole || numbers.has(one.number)) throw new Error(`not a case, or twice: ${line}`);
    numbers.add(one.number);
    sections.at(-1)?.cases.push(one);
  }
  return sections;
}

/** The numbers in "HOSTILE 23, 24", "HOSTILE 1-6", "HOSTILE 7 and 9" or "HOSTILE 7 to 9". */
export function numbersIn(text: string): number[] {
  return [...text.matchAll(/HOSTILE (\d+(?:(?:, | and |-| to )\d+)*)/g)].flatMap(([, list = '']) =>
    list.split(/, | and /).flatMap((part) => {
      const [from = 0, to = from] = part.split(/-| to /).map(Number);
      return Array.from({ length: to - from + 1 }, (_, at) => from + at);
    }),
  );
}

/** For each number the specs below `root` that name it in the title of a test. */
export async function testsByNumber(root: string): Promise<Map<number, string[]>> {
  const tests = new Map<number, string[]>();
  for (const path of await specsBelow(root)) {
    const titles = (await readFile(join(root, path), 'utf8')).match(TITLE) ?? [];
    for (const number of new Set(titles.flatMap(numbersIn))) {
      tests.set(number, [...(tests.get(number) ?? []), path]);
    }
  }
  return tests;
}

/** A line with a text that carries a number; comments do not count. */
const TITLE = /^(?!\s*(?:\/\/|\*|\/\*)).*['"`].*HOSTILE \d.*$/gm;
const ROOMS = ['apps', 'libs', 'test', 'tools'];
const NOT_OURS = new Set(['node_modules', 'dist']);

async function specsBelow(root: string): Promise<string[]> {
  const found: string[] = [];
  const look = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory() && !NOT_OURS.has(entry.name)) await look(path);
      if (entry.isFile() && entry.name.endsWith('.spec.ts')) found.push(path);
    }
  };
  for (const room of ROOMS) await look(room);
  return found.sort();
}

/** The page, as Markdown before formatting. */
export function hostilePage(
  sections: readonly Section[],
  tests: ReadonlyMap<number, readonly string[]>,
): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const testsOf = (number: number) =>
    tests
      .get(number)
      ?.map((path) => `\`${path}\``)
      .join(', ') ?? 'none yet';
  const tables = sections.map(({ title, cases }) =>
    [
      `## ${title}\n`,
      '| | what is sent or done | what must happen | tests |',
      '| --- | --- | --- | --- |',
      ...cases.map(
        ({ number, sent, expected }) =>
          `| ${number} | ${cell(sent)} | ${cell(expected)} | ${testsOf(number)} |`,
      ),
      '',
    ].join('\n'),
  );
  return [HEAD, ...tables].join('\n');
}
