/** The log says who comes and goes and why a datagram was dropped, and no flood fills it. */
import type { KnownPeerView } from '@iwanto/consensus';
import type { ElectionMessage, PeerId } from '@iwanto/wire';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { Story } from './story.js';

const FROM = { address: '10.0.0.2', port: 17_117 };
const beat = { type: 'beat', sender: 'ab', epoch: 3, seq: 7 } as ElectionMessage;
const peer = (id: string, over: Partial<KnownPeerView> = {}) =>
  ({
    peer: id as PeerId,
    name: `host ${id}`,
    address: '10.0.0.2',
    member: true,
    seen: 'multicast',
    ...over,
  }) as KnownPeerView;

let lines: string[];
let nowMs: number;
let debug: boolean;
let story: Story;

beforeEach(() => {
  [lines, nowMs, debug] = [[], 0, true];
  const write = (line: string) => void lines.push(line);
  story = new Story({ isDebug: () => debug, debug: write, info: write }, () => nowMs);
});

describe('peers', () => {
  test('that come and go have a line each', () => {
    story.peers([peer('me', { seen: 'self' }), peer('a'), peer('b', { member: false })]);
    story.peers([peer('b')]);
    expect(lines).toEqual([
      'Peer "host a" (a) at 10.0.0.2 joined the cluster.',
      'Peer "host b" (b) at 10.0.0.2 joined the cluster.',
      'Peer "host a" (a) at 10.0.0.2 is no longer in the cluster.',
    ]);
  });

  test('that come all together are one line', () => {
    story.peers(Array.from({ length: 500 }, (_, at) => peer(`${at}`)));
    expect(lines).toEqual(['500 peers joined and 0 left: 500 now.']);
  });
});

describe('datagrams', () => {
  test('are written at debug only, without what is secret', () => {
    debug = false;
    story.heard(beat, FROM, true);
    story.dropped('signature', FROM);
    debug = true;
    story.heard({ ...beat, secret: 'hidden' } as unknown as ElectionMessage, FROM, true);
    story.sent(beat, null);
    expect(lines).toEqual([
      'Heard BEAT 7 of epoch 3 from ab at 10.0.0.2 port 17117 by multicast.',
      'Sent BEAT 7 of epoch 3 to all.',
    ]);
  });

  test('in a flood are one line a second for each reason', () => {
    for (nowMs = 0; nowMs < 3_000; nowMs += 1) {
      story.dropped('signature', FROM);
      story.dropped('rate', FROM);
    }
    expect(lines).toHaveLength(6);
    expect(lines[2]).toBe(
      'Dropped a datagram from 10.0.0.2 port 17117: signature. 999 more of this kind were left out before.',
    );
  });

  test('that are heard are bounded too', () => {
    for (let count = 0; count < 5_000; count += 1) story.heard(beat, FROM, false);
    expect(lines).toHaveLength(100);
  });
});
