/** The short faults, three times each, on three real processes in namespaces. `npm run faults` runs all of them as often as wanted. */
import { describe, expect, test } from '@jest/globals';
import { FAULTS } from './election-faults.js';
import { quantile, runSeries } from './election-series.js';
import { lanImpossible } from '@iwanto/peer/lan';

/**
 * How long agreement may take on a machine that does ten things at the same time: far above the goals (1 s, and 3 s
 * after a heal), which `npm run faults` shows on a quiet one, and far below a leader that never comes.
 */
const LOST_MS_MAX = 8_000;
const HEALED_MS_MAX = 12_000;
const RUNS = 3;
const PEERS = 3;

const reason = lanImpossible();
if (reason) process.stderr.write(`election-faults.spec.ts is skipped: ${reason}\n`);
const story = reason ? describe.skip : describe;

story('the election as real processes', () => {
  test.each(FAULTS.filter(({ inCi }) => inCi))(
    '$name',
    async (fault) => {
      const { lostMs, healedMs, faults } = await runSeries(fault, PEERS, RUNS);
      expect(faults).toEqual([]);
      expect(lostMs.length).toBe(RUNS);
      const shown = [...lostMs, ...healedMs].map(Math.round).join(' ');
      process.stderr.write(`${fault.name}: ${shown} ms\n`);
      expect(quantile(lostMs, 0.99)).toBeLessThanOrEqual(LOST_MS_MAX);
      if (healedMs.length > 0) expect(quantile(healedMs, 0.99)).toBeLessThanOrEqual(HEALED_MS_MAX);
    },
    120_000,
  );
});
