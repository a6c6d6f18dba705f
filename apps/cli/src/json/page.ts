/** Prints docs/json.md: run by `npm run docs`, never by the command. */
import { z } from 'zod';
import { answers, failureLine } from './answers.js';

const HEAD = `# What the commands answer with --json

Each command prints one JSON value per line. This page is generated from \`apps/cli/src/json/answers.ts\`
by \`npm run docs\`; change the table, never the page. If a command has several schemas, each line
fits one of them. Fields may be added; what is here stays.
`;

const blockOf = (schema: z.ZodType): string => {
  const text = JSON.stringify(
    z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any', override: published }),
    null,
    1,
  );
  return `\`\`\`json\n${text}\n\`\`\`\n`;
};

/** A field may be added later, so no object refuses one; an id is described by the text it is made from. */
const published: NonNullable<z.core.ToJSONSchemaParams['override']> = ({
  zodSchema,
  jsonSchema,
}) => {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
  const { def } = zodSchema._zod;
  if (def.type !== 'pipe' || def.out._zod.def.type !== 'transform') return;
  Object.assign(jsonSchema, z.toJSONSchema(def.in));
  delete jsonSchema.$schema;
};

const chapters = Object.entries(answers).flatMap(([command, schemas]) => [
  `## iwanto ${command}\n`,
  ...(schemas.length === 0 ? ['Prints only a failure.\n'] : schemas.map(blockOf)),
]);
const failure = [
  '## A failure\n',
  'A failure is printed on standard output, in addition to the sentence on standard error and the exit code.\n',
  blockOf(failureLine),
];
process.stdout.write([HEAD, ...failure, ...chapters].join('\n'));
