import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import type * as Contract from '@iwanto/bus';
import { type Plugin, build } from 'esbuild';
import { lazyZod } from '../../dist/pack/bundle.js';

const workspace = fileURLToPath(new URL('../../..', import.meta.url));

/** The contract as in a program that was bundled this way. */
async function bundled(plugins: Plugin[]): Promise<typeof Contract> {
  const room = mkdtempSync(join(tmpdir(), 'iwanto-lazy-'));
  try {
    const outfile = join(room, 'contract.mjs');
    const contents = "export { news, verbs } from './libs/bus/dist/contract.js';";
    const stdin = { contents, resolveDir: workspace };
    await build({ stdin, bundle: true, format: 'esm', platform: 'node', outfile, plugins });
    return (await import(outfile)) as typeof Contract;
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}

/** Everything that defines a schema, functions as text. */
const definitionOf = (schema: object): unknown =>
  JSON.parse(JSON.stringify(Reflect.get(schema, '_zod'), withDefinitions)) as unknown;

function withDefinitions(_: string, value: unknown): unknown {
  if (typeof value === 'function' || value instanceof RegExp) return String(value);
  if (typeof value !== 'object' || value === null || !('_zod' in value || 'def' in value))
    return value;
  const { def } = ('_zod' in value ? value._zod : value) as { def: object };
  return 'shape' in def ? { ...def, shape: { ...(def.shape as object) } } : { ...def };
}

/** Every schema of the contract. */
const definitions = ({ verbs, news }: typeof Contract) => [
  ...Object.entries(verbs).map(([name, { question, answer }]) => {
    return [name, definitionOf(question), definitionOf(answer)];
  }),
  ...Object.entries(news).map(([name, { body }]) => [name, definitionOf(body)]),
];

test('the schemas of the contract are the same when they are built lazily', async () => {
  const [lazy, plain] = [await bundled([lazyZod]), await bundled([])];
  expect(Object.hasOwn(plain.verbs.search.answer, '_zod')).toBe(true);
  expect(Object.hasOwn(lazy.verbs.search.answer, '_zod')).toBe(false);
  expect(definitions(lazy)).toEqual(definitions(plain));
  expect(Object.hasOwn(lazy.verbs.search.answer, '_zod')).toBe(true);
});

test('a lazy schema accepts and refuses what the schema does', async () => {
  const { verbs } = await bundled([lazyZod]);
  const { question } = verbs['want.add'];
  expect(question.safeParse({ query: 'metropolis', get: true, more: 1 })).toEqual({
    success: true,
    data: { query: 'metropolis', get: true },
  });
  expect(question.safeParse({ query: '', get: true }).success).toBe(false);
  expect(verbs['share.rescan'].question.parse({})).toEqual({ full: false });
});
