/** The first thing an election must do: a lone peer leads itself within half a second. */
import type { BootId, PeerId, PublicKey } from '@iwanto/wire';
import { describe, expect, test } from '@jest/globals';
import { createConsensus, deadlineMs, leadershipOf, step } from './index.js';

describe('a lone peer', () => {
  test('founds a cluster within the join window and says so', () => {
    const state = createConsensus({
      peer: 'aa'.repeat(10) as PeerId,
      boot: 'bb'.repeat(8) as BootId,
      random: () => 0.5,
      randomBytes: (count) => new Uint8Array(count).fill(7),
      hmac: (key) => key,
    });
    const card = {
      electionPort: 1,
      indexerPort: 2,
      transferPort: 3,
      curveKey: 'cc'.repeat(32) as PublicKey,
      name: 'lone',
    };
    step(state, { type: 'start', nowMs: 10, bornMs: 1e12, card, staticPeers: [], remembered: [] });
    expect(leadershipOf(state).role).toBe('joining');
    let nowMs = 10;
    while (leadershipOf(state).role === 'joining' && nowMs < 1_000) {
      nowMs = Math.max(nowMs, deadlineMs(state));
      step(state, { type: 'tick', nowMs });
    }
    expect(nowMs).toBeLessThanOrEqual(510);
    expect(leadershipOf(state)).toMatchObject({ role: 'leader', epoch: 1 });

    // After its announcements it wakes for its slow beat and to look for others, not ten times per second.
    let wakeUps = 0;
    for (const endMs = nowMs + 20_000; nowMs < endMs; nowMs = Math.max(nowMs, deadlineMs(state))) {
      step(state, { type: 'tick', nowMs });
      if (nowMs > endMs - 10_000) wakeUps += 1;
    }
    expect(wakeUps).toBeLessThanOrEqual(20);
  });
});
