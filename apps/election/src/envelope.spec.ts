/** HOSTILE 155-160 where datagrams come in: what a group seals, what it drops, and how its passphrase changes. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { type Group, groupKeyOf, groupNameFrom } from '@iwanto/service';
import { type Address, sealDatagram } from '@iwanto/wire';
import { type Envelope, SEAL_BYTES, envelopeOf } from './envelope.js';
import { BAD_SIGNATURES_PER_SECOND, IGNORE_MS } from './gate.js';
import { cardOf, newBoot, newKeys } from './testing/peer.js';

const from: Address = { address: '10.0.0.9', port: 17_117 };
const TEAM = groupNameFrom('team');
const newKey = () => randomBytes(32).toString('hex');
const groupOf = (key: string, previous: string | null = null): Group => ({
  ...{ name: TEAM, key, previous },
});

/** An envelope whose clock the test controls. */
class Host {
  nowMs = 0;
  dropped = 0;
  readonly notes: string[] = [];
  readonly envelope: Envelope;

  constructor(group?: Group) {
    this.envelope = envelopeOf({
      group,
      nowMs: () => this.nowMs,
      dropped: () => void (this.dropped += 1),
      met: (sentence) => void this.notes.push(sentence),
    });
  }

  hears(copies: readonly Uint8Array[]): string[] {
    const opened = copies.map((copy) => this.envelope.open(copy, from));
    return opened.filter((one) => one !== undefined).map((one) => Buffer.from(one).toString('hex'));
  }

  get strangers(): string[] {
    return this.envelope.strangers().map(({ address, kind }) => `${address} ${kind}`);
  }
}

/** A datagram of the election as it is on an open LAN. */
function helloOf(name: string) {
  const keys = newKeys();
  const header = { sender: keys.peer, boot: newBoot(), epoch: 0, seq: 1 };
  const card = { ...cardOf(keys, 17_117), name };
  const bytes = sealDatagram({ ...header, type: 'hello', rank: 1, joining: true, card }, keys);
  if (typeof bytes === 'string') throw new Error(bytes);
  return { bytes, hex: Buffer.from(bytes).toString('hex'), keys };
}

describe('what a group seals', () => {
  test('HOSTILE 155: members read it; who has no key reads neither name, nor id, nor key', () => {
    const { bytes, hex, keys } = helloOf('studio of anne');
    const key = newKey();
    const copies = new Host(groupOf(key)).envelope.seal(bytes);
    expect(new Host(groupOf(key)).hears(copies)).toEqual([hex]);
    const [sealed] = copies.map((copy) => Buffer.from(copy));
    expect(sealed).toHaveLength(bytes.length + SEAL_BYTES);
    for (const secret of [keys.peer, keys.signKey, keys.curve.publicKey]) {
      expect(sealed?.includes(Buffer.from(secret, 'hex'))).toBe(false);
    }
    expect(sealed?.includes('studio of anne')).toBe(false);
    const outsider = new Host();
    expect(outsider.hears(copies)).toEqual([]);
    expect(outsider.strangers).toEqual(['10.0.0.9 group']);
  });

  test('HOSTILE 157: what is not sealed is dropped, and an open LAN stays as it was', () => {
    const { bytes, hex } = helloOf('eve');
    const member = new Host(groupOf(newKey()));
    expect(
      member.hears([bytes, Buffer.from('no datagram of this program'), Buffer.alloc(0)]),
    ).toEqual([]);
    expect(member).toMatchObject({ dropped: 3, strangers: ['10.0.0.9 open'] });
    const open = new Host();
    expect(open.hears(open.envelope.seal(bytes))).toEqual([hex]);
    expect(open).toMatchObject({ dropped: 0, strangers: [] });
  });

  test('the log says once why the other host is not seen', () => {
    const { bytes } = helloOf('anne');
    const [team, other] = [new Host(groupOf(newKey())), new Host(groupOf(newKey()))];
    const open = new Host();
    for (let at = 0; at < 3; at += 1) {
      open.hears(team.envelope.seal(bytes));
      team.hears(open.envelope.seal(bytes));
      other.hears(team.envelope.seal(bytes));
    }
    const neither = ': neither of the two sees the other.';
    expect([open.notes, team.notes, other.notes]).toEqual([
      [`The host 10.0.0.9 is in a group that this host has not joined${neither}`],
      [`The host 10.0.0.9 is in no group${neither}`],
      [`The host 10.0.0.9 has another group key${neither}`],
    ]);
  });

  test('HOSTILE 156, 158: another passphrase, or another name with the same one, is another key', async () => {
    const { bytes, hex } = helloOf('anne');
    const words = 'lusab babad gutih tugad';
    const [key, same, otherName, otherWords] = await Promise.all([
      groupKeyOf(TEAM, words),
      groupKeyOf(TEAM, words),
      groupKeyOf(groupNameFrom('team2'), words),
      groupKeyOf(TEAM, `${words} `),
    ]);
    const recorded = new Host(groupOf(key)).envelope.seal(bytes);
    expect(new Host(groupOf(same)).hears(recorded)).toEqual([hex]);
    for (const other of [otherName, otherWords]) {
      const host = new Host(groupOf(other));
      expect(host.hears(recorded)).toEqual([]);
      expect(host.strangers).toEqual(['10.0.0.9 group']);
    }
  }, 30_000);

  test('HOSTILE 160: one bit that was changed, or a part that is missing, and nothing is opened', () => {
    const { bytes } = helloOf('anne');
    const key = newKey();
    const [sealed = new Uint8Array()] = new Host(groupOf(key)).envelope.seal(bytes);
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = sealed.slice();
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      expect(new Host(groupOf(key)).hears([changed, sealed.subarray(0, at)])).toEqual([]);
    }
  });

  test('HOSTILE 160: a flood that does not open is ignored for 10 s; members at other addresses are heard', () => {
    const { bytes, hex } = helloOf('anne');
    const key = newKey();
    const host = new Host(groupOf(key));
    const good = host.envelope.seal(bytes);
    const flood = new Host(groupOf(newKey())).envelope.seal(bytes);
    for (let count = 0; count <= BAD_SIGNATURES_PER_SECOND; count += 1) host.hears(flood);
    host.nowMs += 1_100;
    expect(host.hears(good)).toEqual([]);
    const elsewhere = { ...from, address: '10.0.0.2' };
    expect(host.envelope.open(good[0] ?? new Uint8Array(), elsewhere)).toEqual(
      new Uint8Array(bytes),
    );
    host.nowMs += IGNORE_MS;
    expect(host.hears(good)).toEqual([hex]);
  });
});

describe('while the passphrase changes', () => {
  const [former, present] = [newKey(), newKey()];
  const hosts = {
    before: groupOf(former),
    changing: groupOf(present, former),
    after: groupOf(present),
  };
  type Which = keyof typeof hosts;

  test.each<[Which, Which, number]>([
    ['before', 'changing', 1],
    ['changing', 'before', 1],
    ['changing', 'changing', 2],
    ['changing', 'after', 1],
    ['after', 'changing', 1],
    ['before', 'after', 0],
    ['after', 'before', 0],
  ])('HOSTILE 158: what a host %s it says, one %s it hears %i times', (speaker, hearer, times) => {
    const { bytes, hex } = helloOf('anne');
    const copies = new Host(hosts[speaker]).envelope.seal(bytes);
    expect(new Host(hosts[hearer]).hears(copies)).toEqual(Array(times).fill(hex));
  });
});
