/** Prints docs/json.md: run by `npm run docs`, never by the command. */
import { z } from 'zod';
import { answers, failureLine } from './answers.js';

const HEAD = `# What the commands answer with --json

Each command prints one JSON value a line. This page is made from \`apps/cli/src/json/answers.ts\`
by \`npm run docs\`; change the table, never the page. Where a command has several schemas, each line
fits one of them. Fields may be added; what is here stays.
`;

const blockOf = (schema: z.ZodType): string => {
  const text = JSON.stringify(
    z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }),
    null,
    1,
  );
  return `\`\`\`json\n${text}\n\`\`\`\n`;
};

const chapters = Object.entries(answers).flatMap(([command, schemas]) => [
  `## iwanto ${command}\n`,
  ...schemas.map(blockOf),
]);
const failure = [
  '## A failure\n',
  'On standard output, beside the sentence on standard error and the exit code.\n',
  blockOf(failureLine),
];
process.stdout.write([HEAD, ...failure, ...chapters].join('\n'));
