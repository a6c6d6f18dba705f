/** The table of moves: consistent, and the same as the diagram in docs/consensus.md. */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { nextPhase, PHASES, transitionDiagram, TRANSITIONS } from './transitions.js';

const doc = readFileSync(new URL('../../../../docs/consensus.md', import.meta.url), 'utf8');

describe('the table of moves', () => {
  test('is the picture in docs/consensus.md', () => {
    const picture = /<!-- transitions -->\n+```mermaid\n([\s\S]*?)```/.exec(doc)?.[1];
    expect(picture).toBe(transitionDiagram());
  });

  test('names each move once', () => {
    const keys = TRANSITIONS.map(({ from, on }) => `${from}: ${on}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('reaches every phase from idle', () => {
    const reached = new Set(['idle']);
    for (const from of reached)
      for (const move of TRANSITIONS) if (move.from === from) reached.add(move.to);
    expect([...reached].sort()).toEqual([...PHASES].sort());
  });

  test('has no move that is not in it', () => {
    expect(nextPhase('left', 'start')).toBeUndefined();
    expect(nextPhase('leading', 'no objection')).toBeUndefined();
  });
});
