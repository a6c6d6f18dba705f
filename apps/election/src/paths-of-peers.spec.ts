/** A peer heard over several addresses keeps one. */
import { expect, test } from '@jest/globals';
import type { BootId, PeerId } from '@iwanto/wire';
import { PathsOfPeers } from './paths-of-peers.js';

const header = (peer: string, boot = 'b') => ({
  sender: peer as PeerId,
  boot: boot as BootId,
  epoch: 1,
  seq: 1,
});
const at = (address: string) => ({ address, port: 9 });

test('the better address wins at once, a worse one only after silence', () => {
  const paths = new PathsOfPeers();
  expect(paths.pathOf(header('a'), at('127.0.0.1'), 0)).toEqual(at('127.0.0.1'));
  expect(paths.pathOf(header('a'), at('10.0.0.5'), 10)).toEqual(at('10.0.0.5'));
  for (const worse of ['fe80::1%eth0', 'fd00::1', '127.0.0.1', '10.0.1.5']) {
    expect(paths.pathOf(header('a'), at(worse), 1_000)).toEqual(at('10.0.0.5'));
  }
  expect(paths.pathOf(header('a'), at('fd00::1'), 2_600)).toEqual(at('fd00::1'));
});

test('another start of the peer begins anew, and peers do not mix', () => {
  const paths = new PathsOfPeers();
  paths.pathOf(header('a'), at('10.0.0.5'), 0);
  expect(paths.pathOf(header('a', 'c'), at('127.0.0.1'), 0)).toEqual(at('127.0.0.1'));
  expect(paths.pathOf(header('b'), at('127.0.0.1'), 0)).toEqual(at('127.0.0.1'));
});
