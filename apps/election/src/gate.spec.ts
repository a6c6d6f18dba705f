/** What the gate lets through: budgets per source and in total, and bad sources shut out. */
import { describe, expect, test } from '@jest/globals';
import {
  BAD_SIGNATURES_PER_SECOND,
  Gate,
  IGNORE_MS,
  PER_SOURCE_PER_SECOND,
  STRANGERS_PER_SECOND,
} from './gate.js';

const from = (address: string, port = 1) => ({ address, port });
const admitted = (
  gate: Gate,
  count: number,
  of: (at: number) => { address: string; port: number },
) => Array.from({ length: count }, (_, at) => gate.admits(of(at), 0)).filter(Boolean).length;

describe('the gate', () => {
  test('one source gets its share and no more, and again after a while', () => {
    const gate = new Gate(0);
    expect(admitted(gate, 1_000, () => from('10.0.0.1'))).toBe(PER_SOURCE_PER_SECOND);
    expect(gate.admits(from('10.0.0.1', 2), 0)).toBe(false);
    expect(gate.admits(from('10.0.0.2'), 0)).toBe(true);
    expect(gate.admits(from('10.0.0.1'), 5)).toBe(true);
  });

  test('strangers together cannot silence those whose signature held', () => {
    const gate = new Gate(0);
    gate.passed(from('10.9.9.9'), 0);
    const flood = (at: number) => from(`10.1.${at >> 8}.${at & 255}`);
    expect(admitted(gate, 5_000, flood)).toBe(STRANGERS_PER_SECOND);
    expect(gate.admits(from('10.9.9.9'), 0)).toBe(true);
  });

  test('on loopback the port tells peers apart', () => {
    const gate = new Gate(0);
    admitted(gate, 1_000, () => from('127.0.0.1', 1));
    expect(gate.admits(from('127.0.0.1', 1), 0)).toBe(false);
    expect(gate.admits(from('127.0.0.1', 2), 0)).toBe(true);
  });

  test('HOSTILE 5: too many bad signatures shut a source out for a while', () => {
    const gate = new Gate(0);
    for (let count = 0; count <= BAD_SIGNATURES_PER_SECOND; count += 1)
      gate.failed(from('10.0.0.1'), 0);
    expect(gate.admits(from('10.0.0.1'), IGNORE_MS - 1)).toBe(false);
    expect(gate.admits(from('10.0.0.2'), IGNORE_MS - 1)).toBe(true);
    expect(gate.admits(from('10.0.0.1'), IGNORE_MS)).toBe(true);
  });
});
