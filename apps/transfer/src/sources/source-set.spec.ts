/** Which sources of one download lied, and which merely left. */
import { expect, test } from '@jest/globals';
import type { PeerId, PublicKey } from '@iwanto/wire';
import { Liars } from './liars.js';
import { Lines } from './lines.js';
import { SourceSet } from './source-set.js';

const nothing = () => undefined;
const nowMs = () => 0;
const peerOf = (letter: string) => letter.repeat(20) as PeerId;
const [liar, gone, self] = [peerOf('a'), peerOf('b'), peerOf('c')];

test('a source that left without a lie is not called a liar', () => {
  const keys = { publicKey: 'ef'.repeat(32) as PublicKey, secretKey: '' };
  const sources = new SourceSet({
    lines: new Lines({ keys, self, nowMs }),
    liars: new Liars(nowMs),
    isAllowed: () => true,
    isTrusted: () => false,
    onReady: nothing,
    onLost: nothing,
    onMissing: nothing,
    signal: new AbortController().signal,
  });
  expect(sources.areAllBanned([])).toBe(false);
  sources.banLiar(liar);
  expect(sources.areAllBanned([liar])).toBe(true);
  expect(sources.areAllBanned([liar, gone])).toBe(false);
  sources.drop(gone);
  expect(sources.areAllBanned([liar])).toBe(false);
});
