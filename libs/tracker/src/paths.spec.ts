/** The tree of paths against a plain map: whatever was asked before, a path leads to its own node. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PathTree } from './paths.js';

const names = fc.constantFrom('a', 'b', 'aa', 'ab', 'ä', 'a b');
const paths = fc.array(names, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const steps = fc.array(fc.tuple(fc.constantFrom('need', 'release', 'find'), paths), {
  maxLength: 60,
});

test('a path leads to its own node, and to none when nobody needs it', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const tree = new PathTree(7);
      const needs = new Map<string, number>();
      const isThere = (path: string) =>
        [...needs.keys()].some((other) => other === path || other.startsWith(`${path}/`));
      for (const [step, path] of all) {
        const count = needs.get(path) ?? 0;
        if (step === 'need') {
          expect(tree.pathOf(tree.need(path))).toBe(path);
          needs.set(path, count + 1);
        } else if (step === 'release' && count > 0) {
          tree.release(tree.find(path));
          if (count > 1) needs.set(path, count - 1);
          else needs.delete(path);
        }
        const node = tree.find(path);
        expect(node !== 0).toBe(isThere(path));
        if (node !== 0) expect(tree.pathOf(node)).toBe(path);
      }
    }),
  );
});
