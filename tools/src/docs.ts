/** `npm run docs`: writes docs/bus.md from the contract table; with --check it only tells whether the page is up to date. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SERVICES, type ServiceName, news, verbs } from '@iwanto/bus';
import { format, resolveConfig } from 'prettier';
import { typeText } from './docs/type-text.js';

const PAGE = fileURLToPath(new URL('../../docs/bus.md', import.meta.url));

const HEAD = `# The bus of one host

Every word that the processes of one host say to each other. This page is made from
\`libs/bus/src/contract.ts\` by \`npm run docs\`; change the table, never the page.

- Each service binds two sockets in the runtime directory (mode 0700): \`<service>.verbs\` answers
  questions, \`<service>.news\` tells news.
- Every question gets exactly one answer: the thing, or a refusal \`{ code, sentence }\`; codes are
  listed in \`libs/wire/src/failure.ts\`. A question waits for its time limit and no longer.
- A topic that carries state has a verb that tells the present state: start = subscribe, ask, then
  apply what has a newer \`revision\`.
- Unknown fields are ignored, unknown verbs refused.
`;

function pageOf(): string {
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

const page = await format(pageOf(), { ...(await resolveConfig(PAGE)), parser: 'markdown' });
if (process.argv.includes('--check')) {
  const present = await readFile(PAGE, 'utf8').catch(() => '');
  if (present !== page) {
    console.error('docs/bus.md is not what libs/bus/src/contract.ts says: run "npm run docs".');
    process.exitCode = 1;
  }
} else {
  await writeFile(PAGE, page);
  console.log('docs/bus.md is written.');
}
