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
const multicast = (nowMs: number) => ({ multicast: true, nowMs });
const unicast = (nowMs: number) => ({ multicast: false, nowMs });
const FOUR = at('10.0.0.5');
const LOCAL = at('fe80::1%eth0');

test('the better address wins at once, a worse one only after silence', () => {
  const paths = new PathsOfPeers();
  expect(paths.pathOf(header('a'), at('127.0.0.1'), multicast(0))).toEqual(at('127.0.0.1'));
  expect(paths.pathOf(header('a'), at('10.0.0.5'), multicast(10))).toEqual(at('10.0.0.5'));
  for (const worse of ['fe80::1%eth0', 'fd00::1', '127.0.0.1', '10.0.1.5']) {
    expect(paths.pathOf(header('a'), at(worse), multicast(1_000))).toEqual(at('10.0.0.5'));
  }
  expect(paths.pathOf(header('a'), at('fd00::1'), multicast(2_600))).toEqual(at('fd00::1'));
});

test('another start of the peer begins anew, and peers do not mix', () => {
  const paths = new PathsOfPeers();
  paths.pathOf(header('a'), at('10.0.0.5'), multicast(0));
  expect(paths.pathOf(header('a', 'c'), at('127.0.0.1'), multicast(0))).toEqual(at('127.0.0.1'));
  expect(paths.pathOf(header('b'), at('127.0.0.1'), multicast(0))).toEqual(at('127.0.0.1'));
});

test('an address to which no route leads is passed over, and tried again later', () => {
  const paths = new PathsOfPeers();
  paths.pathOf(header('a'), FOUR, unicast(0));
  paths.noWay(FOUR, 10);
  expect(paths.pathOf(header('a'), LOCAL, multicast(20))).toEqual(LOCAL);
  expect(paths.pathOf(header('a'), FOUR, unicast(30))).toEqual(LOCAL);
  expect(paths.pathOf(header('a'), LOCAL, multicast(30_100))).toEqual(LOCAL);
  expect(paths.pathOf(header('a'), FOUR, unicast(30_200))).toEqual(FOUR);
});

test('an address that sends multicast only, while another one answers, is not used until it answers, too', () => {
  const paths = new PathsOfPeers();
  for (const ms of [0, 1_000, 2_000]) {
    expect(paths.pathOf(header('a'), FOUR, multicast(ms))).toEqual(FOUR);
    expect(paths.pathOf(header('a'), LOCAL, unicast(ms + 10))).toEqual(FOUR);
  }
  paths.pathOf(header('a'), FOUR, multicast(3_000));
  expect(paths.pathOf(header('a'), LOCAL, unicast(3_010))).toEqual(LOCAL);
  for (const ms of [4_000, 40_000]) {
    paths.pathOf(header('a'), LOCAL, multicast(ms - 10));
    expect(paths.pathOf(header('a'), FOUR, multicast(ms))).toEqual(LOCAL);
  }
  expect(paths.pathOf(header('a'), FOUR, unicast(40_010))).toEqual(FOUR);
});

test('a guess that an address works in one direction only counts less than a route that is missing', () => {
  const paths = new PathsOfPeers();
  paths.pathOf(header('a'), LOCAL, unicast(0));
  // The peer has not had to send anything from there for a while, which looks like one direction.
  expect(paths.pathOf(header('a'), FOUR, unicast(2_600))).toEqual(FOUR);
  paths.noWay(FOUR, 2_610);
  expect(paths.pathOf(header('a'), LOCAL, multicast(2_620))).toEqual(LOCAL);
  expect(paths.pathOf(header('a'), FOUR, unicast(2_630))).toEqual(LOCAL);
});

test('what one peer does at an address says nothing about another peer there', () => {
  const paths = new PathsOfPeers();
  paths.pathOf(header('a'), FOUR, multicast(0));
  expect(paths.pathOf(header('a'), LOCAL, unicast(3_000))).toEqual(LOCAL);
  paths.pathOf(header('b'), LOCAL, multicast(3_000));
  expect(paths.pathOf(header('b'), FOUR, multicast(3_000))).toEqual(FOUR);
});

test('a path that is gone is left even for one that did not work', () => {
  const paths = new PathsOfPeers();
  paths.noWay(FOUR, 0);
  paths.pathOf(header('a'), LOCAL, unicast(1));
  expect(paths.pathOf(header('a'), FOUR, multicast(10_000))).toEqual(LOCAL);
  expect(paths.pathOf(header('a'), FOUR, multicast(12_600))).toEqual(FOUR);
});
