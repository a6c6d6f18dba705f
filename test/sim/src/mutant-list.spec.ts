/** Each mutant still changes the election: a pattern that no longer occurs would make its mutant harmless. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { MUTANTS } from './mutant-list.js';

const consensus = new URL('../../../libs/consensus/', import.meta.url);

/** A source file as the build writes it. */
function built(file: string): string {
  const source = readFileSync(new URL(`src/${file.replace(/\.js$/, '.ts')}`, consensus), 'utf8');
  const target = ts.ScriptTarget.ES2022;
  const module = ts.ModuleKind.ESNext;
  return ts.transpileModule(source, { compilerOptions: { target, module } }).outputText;
}

describe('the patterns of the mutants', () => {
  const patches = MUTANTS.flatMap(({ name, patches: each }) =>
    each.map(({ file, find, replace }) => ({ name, file, find, replace })),
  );
  test.each(patches)('$name: $file has "$find"', ({ file, find, replace }) => {
    expect(built(file)).toContain(find);
    expect(replace).not.toBe(find);
  });

  test('no two mutants have one name', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });
});
