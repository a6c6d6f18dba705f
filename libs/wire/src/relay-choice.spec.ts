/** Who is asked to relay: a relay that worked before, then the leader, then others, and nobody in vain for ever. */
import { expect, test } from '@jest/globals';
import type { PeerId } from './ids.js';
import { RelayChoice } from './relay-choice.js';

const [SELF, FAR, LEADER, NEAR, SLOW, BLOCKED, CLOSED] = ['a', 'b', 'c', 'd', 'e', 'f', '0'].map(
  (digit) => digit.repeat(20) as PeerId,
) as [PeerId, PeerId, PeerId, PeerId, PeerId, PeerId, PeerId];

const known = (peer: PeerId, roundTripMs: number | null, transferPort = 17_119) => ({
  ...{ peer, roundTripMs, transferPort },
});

test('an order that learns', () => {
  const choice = new RelayChoice({ self: SELF, isBlocked: (peer) => peer === BLOCKED });
  expect(choice.relaysTo(FAR)).toEqual([]);
  choice.followPeers([
    ...[known(SELF, null), known(FAR, 1), known(SLOW, 9), known(NEAR, 1), known(LEADER, null)],
    ...[known(BLOCKED, 0), known(CLOSED, 0, 0)],
  ]);
  choice.followLeadership({ leader: { peer: LEADER }, standbys: [] });
  expect(choice.relaysTo(FAR)).toEqual([LEADER, NEAR, SLOW]);
  choice.asked(FAR, LEADER);
  expect(choice.relaysTo(FAR)).toEqual([NEAR, SLOW, LEADER]);
  for (const relay of [NEAR, SLOW]) choice.asked(FAR, relay);
  expect(choice.relaysTo(FAR)).toEqual([LEADER, NEAR, SLOW]);
  choice.worked(FAR, SLOW);
  expect(choice.relaysTo(FAR)).toEqual([SLOW, LEADER, NEAR]);
  choice.asked(FAR, SLOW);
  choice.asked(FAR, SLOW);
  expect(choice.relaysTo(FAR)).toEqual([LEADER, NEAR, SLOW]);
  // Another peer is counted separately.
  expect(choice.relaysTo(NEAR)).toEqual([LEADER, FAR, SLOW]);
});
