/** Each mutant still changes the swarm: a pattern that no longer occurs would make its mutant harmless. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { SWARM_MUTANTS } from './swarm-mutant-list.js';

const swarm = new URL('../../../libs/swarm/src/', import.meta.url);

describe('the patterns of the mutants', () => {
  const patches = SWARM_MUTANTS.flatMap(({ name, patches: each }) =>
    each.map((patch) => ({ name, ...patch })),
  );
  test.each(patches)('$name: $file has "$find"', ({ file, find, replace }) => {
    expect(readFileSync(new URL(file, swarm), 'utf8')).toContain(find);
    expect(replace).not.toBe(find);
  });
});
