/** `npm run docs`: writes docs/bus.md, docs/json.md, docs/hostile.md and the examples of docs/wire.md from their sources; with --check it only reports pages that are out of date. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SERVICES, type ServiceName, news, verbs } from '@iwanto/bus';
import { format, resolveConfig } from 'prettier';
import { casesFrom, hostilePage, testsByNumber } from './docs/hostile-page.js';
import { typeText } from './docs/type-text.js';
import { EXAMPLES_TITLE, wireExamples } from './docs/wire-examples.js';

const WORKSPACE = fileURLToPath(new URL('../..', import.meta.url));

const HEAD = `# The bus of one host

This page lists every message that the processes of one host exchange. It is generated from
\`libs/bus/src/contract.ts\` by \`npm run docs\`; change the table, never the page.

- Each service binds two sockets in the runtime directory (mode 0700): \`<service>.verbs\` answers
  questions, \`<service>.news\` publishes events.
- Every question gets exactly one answer: the thing, or a refusal \`{ code, sentence }\`; codes are
  listed in \`libs/wire/src/failure.ts\`. A question waits for its time limit and no longer.
- A topic that carries state has a verb that answers with the present state. To start, subscribe, ask, and then
  apply only news with a newer \`revision\`.
- Unknown fields are ignored; unknown verbs are refused.
`;

function busPage(): string {
  return [HEAD, ...SERVICES.flatMap(chapterOf)].join('\n');
}

function chapterOf(service: ServiceName): string[] {
  const own = Object.entries(verbs).filter(([, { owner }]) => owner === service);
  const told = Object.entries(news).filter(([, { owner }]) => owner === service);
  return [
    `## ${service}`,
    '### Questions',
    ...own.flatMap(([name, verb]) => [
      `#### \`${name}\``,
      `${verb.about} Limit: ${verb.limitMs / 1000} s.`,
      `- question: \`${typeText(verb.question)}\`\n- answer: \`${typeText(verb.answer)}\``,
    ]),
    '### News',
    ...told.flatMap(([name, row]) => [
      `#### \`${name}\``,
      row.about + ('get' in row ? ` The present state: \`${row.get}\`.` : ''),
      `- body: \`${typeText(row.body)}\``,
    ]),
  ].map((line) => `${line}\n`);
}

interface Page {
  readonly path: string;
  readonly source: string;
  readonly text: string;
}

/** The command's own program prints it, since tools import no app. */
async function jsonPage(): Promise<string> {
  const program = join(WORKSPACE, 'apps/cli/dist/json/page.js');
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  return stdout;
}

/** Written by hand up to its last chapter. */
async function wirePage(): Promise<string> {
  const [byHand = ''] = (await readFile(join(WORKSPACE, 'docs/wire.md'), 'utf8')).split(
    EXAMPLES_TITLE,
  );
  return byHand + (await wireExamples());
}

/** Every generated page, laid out as prettier does. */
async function pages(): Promise<Page[]> {
  const cases = casesFrom(await readFile(join(WORKSPACE, 'docs', 'hostile-cases.txt'), 'utf8'));
  const raw = [
    { path: 'docs/bus.md', source: 'libs/bus/src/contract.ts', text: busPage() },
    { path: 'docs/wire.md', source: 'tools/src/docs/wire-examples.ts', text: await wirePage() },
    { path: 'docs/json.md', source: 'apps/cli/src/json/answers.ts', text: await jsonPage() },
    {
      path: 'docs/hostile.md',
      source: 'docs/hostile-cases.txt and the tests',
      text: hostilePage(cases, await testsByNumber(WORKSPACE)),
    },
  ];
  const options = { ...(await resolveConfig(join(WORKSPACE, 'docs/bus.md'))), parser: 'markdown' };
  return Promise.all(
    raw.map(async (page) => ({ ...page, text: await format(page.text, options) })),
  );
}

for (const { path, source, text } of await pages()) {
  const file = join(WORKSPACE, path);
  if (!process.argv.includes('--check')) {
    await writeFile(file, text);
    console.log(`${path} is written.`);
  } else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
    console.error(`${path} is not what ${source} says: run "npm run docs".`);
    process.exitCode = 1;
  }
}
