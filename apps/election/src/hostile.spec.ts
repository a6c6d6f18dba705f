/** HOSTILE 1-18 where datagrams meet the election: one peer in the middle, strangers and liars around it, a clock moved by hand. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { type Output, leadershipOf } from '@iwanto/consensus';
import {
  type Address,
  type BeatMessage,
  type ElectionMessage,
  HELLO_BYTES,
  type LeaderTuple,
  type Nonce,
  type PeerId,
  QUESTION_BYTES,
  openDatagram,
  readDatagram,
  sealDatagram,
  withOpenSecret,
  withSealedSecret,
} from '@iwanto/wire';
import { Election } from './election.js';
import { hmac } from './keys.js';
import { performer } from './perform.js';
import { type TestKeys, cardOf, newBoot, newKeys } from './testing/peer.js';

const addressOf = (host: number): Address => ({ address: `10.0.0.${host}`, port: 17_117 });

/** An election whose clock and network the test controls. */
class Subject {
  nowMs = 0;
  readonly keys = newKeys();
  readonly boot = newBoot();
  readonly sent: { to: Address | undefined; bytes: Uint8Array }[] = [];
  readonly logged: string[] = [];
  readonly others: Output[] = [];
  readonly election: Election;
  readonly address = addressOf(1);

  constructor(options: { group?: number; pinned?: ReadonlySet<PeerId> } = {}) {
    const perform = performer({
      network: {
        port: this.address.port,
        send: (bytes, to) => void this.sent.push({ to, bytes }),
        multicast: (bytesFor) => {
          const bytes = bytesFor('lan');
          if (bytes) this.sent.push({ to: undefined, bytes });
        },
        acquaint: () => undefined,
        opened: () => undefined,
        ownAddress: () => this.address.address,
        added: () => undefined,
        isNear: () => true,
        view: () => ({ addresses: [], outside: [], strangers: [], troubles: [] }),
        close: async () => undefined,
      },
      keys: this.keys,
      ...options,
      leadershipChanged: () => undefined,
      peersChanged: () => undefined,
      remember: () => undefined,
      log: (_, sentence) => void this.logged.push(sentence),
      duplicateIdentity: (address) => void this.others.push({ type: 'duplicateIdentity', address }),
      left: () => undefined,
      dial: () => undefined,
      bridge: () => undefined,
    });
    this.election = new Election({
      config: { peer: this.keys.peer, boot: this.boot, random: () => 0.5, randomBytes, hmac },
      keys: this.keys,
      ...options,
      nowMs: () => this.nowMs,
      acquaint: () => undefined,
      perform,
    });
    const card = cardOf(this.keys, this.address.port);
    this.election.start({ bornMs: 1_000_000, card, staticPeers: [], remembered: [] });
  }

  get leader() {
    return leadershipOf(this.election.state);
  }

  /** Moves the clock in small steps, as ticks would. */
  pass(ms: number): this {
    for (const end = this.nowMs + ms; this.nowMs < end;) {
      this.nowMs = Math.min(end, this.nowMs + 10);
      this.election.take({ type: 'tick' });
    }
    return this;
  }

  hear(bytes: Uint8Array, from: Address, multicast = false): void {
    this.election.hear({ bytes, from, multicast, zone: '' });
  }

  /** What went to an address since the last question, opened. */
  messagesTo(to: Address): ElectionMessage[] {
    return this.sent
      .splice(0)
      .filter((each) => each.to?.address === to.address && each.to.port === to.port)
      .map(({ bytes }) => {
        const read = readDatagram(bytes);
        const opened = read.ok ? openDatagram(read.value, this.keys) : read;
        if (!opened.ok) throw new Error(opened.refusal);
        return opened.value;
      });
  }
}

/** A stranger with keys of its own, which sends whatever the test makes it send. */
class Stranger {
  readonly boot = newBoot();
  seq = 0;

  constructor(
    readonly address: Address,
    readonly keys: TestKeys = newKeys(),
  ) {}

  says(words: object, epoch = 1): ElectionMessage {
    this.seq += 1;
    const header = { sender: this.keys.peer, boot: this.boot, epoch, seq: this.seq };
    return { ...header, ...words } as ElectionMessage;
  }

  bytes(message: ElectionMessage, sealFor?: TestKeys): Uint8Array {
    const whole = withSealedSecret(message, this.keys, sealFor?.curve.publicKey ?? null);
    const bytes = sealDatagram(whole, this.keys);
    if (typeof bytes === 'string') throw new Error(bytes);
    return bytes;
  }

  hello(words: object = {}): Uint8Array {
    const card = cardOf(this.keys, this.address.port);
    return this.bytes(this.says({ type: 'hello', rank: 2_000_000, joining: true, card, ...words }));
  }

  tuple(words: Partial<LeaderTuple> = {}): LeaderTuple {
    const { peer } = this.keys;
    return {
      peer,
      boot: this.boot,
      epoch: 1,
      reign: 1,
      rank: 5,
      address: null,
      lost: false,
      ...words,
    };
  }

  beat(words: Partial<BeatMessage> = {}): Uint8Array {
    const leader = words.leader ?? this.tuple();
    const beat = { type: 'beat', standbys: [], members: 1, rosterVersion: 1, heardMs: null };
    const card = cardOf(this.keys, this.address.port);
    return this.bytes(this.says({ ...beat, previous: null, card, ...words, leader }, leader.epoch));
  }
}

/** A subject that leads, alone, after its join window. */
const leading = () => {
  const subject = new Subject().pass(2_000);
  expect(subject.leader.role).toBe('leader');
  return subject;
};

/** A subject that was admitted by a leader, which is the stranger. */
function following() {
  const subject = new Subject();
  const leader = new Stranger(addressOf(2));
  subject.pass(100);
  const welcome = leader.says({
    type: 'welcome',
    leader: leader.tuple(),
    card: cardOf(leader.keys, 17_117),
    secret: new Uint8Array(16).fill(3),
    member: subject.boot,
    rank: 6,
    clusterNowMs: 10,
    standbys: [],
  });
  subject.hear(leader.bytes(welcome, subject.keys), leader.address);
  expect(subject.leader.leader?.peer).toBe(leader.keys.peer);
  return { subject, leader };
}

describe('what strangers send', () => {
  test('HOSTILE 1, 2, 3: empty, too long, cut, foreign: dropped and counted', () => {
    const subject = leading();
    const from = addressOf(9);
    const good = new Stranger(from).hello();
    for (const bytes of [new Uint8Array(0), new Uint8Array(1_201), good.subarray(0, 43)]) {
      subject.hear(bytes, from);
    }
    const unknown = good.slice();
    unknown[3] = 200;
    subject.hear(unknown, from);
    const version2 = good.slice();
    version2[2] = 2;
    subject.hear(version2, from);
    expect(subject.election.counts.dropped).toMatchObject({ size: 3, type: 1, version: 1 });
    expect(subject.election.counts.heard).toBe(0);
  });

  test('HOSTILE 127: in pinned mode an outsider is not heard, however old it claims to be', () => {
    const [outsider, trusted] = [new Stranger(addressOf(9)), new Stranger(addressOf(2))];
    const subject = new Subject({ pinned: new Set([trusted.keys.peer]) }).pass(2_000);
    subject.sent.splice(0);
    for (let time = 0; time < 20; time += 1) {
      subject.hear(outsider.beat({ leader: outsider.tuple({ rank: 0 }) }), outsider.address, true);
      subject.hear(outsider.hello(), outsider.address);
      subject.pass(100);
    }
    expect(subject.election.counts).toMatchObject({ heard: 0, dropped: { outsider: 40 } });
    expect(subject.leader.role).toBe('leader');
    expect(subject.messagesTo(outsider.address)).toEqual([]);
    subject.hear(trusted.hello(), trusted.address);
    expect(subject.messagesTo(trusted.address).map(({ type }) => type)).toContain('welcome');
  });

  test('HOSTILE 3: a datagram of another group is dropped, whichever way it came', () => {
    const subject = new Subject({ group: 17_200 }).pass(2_000);
    const joiner = new Stranger(addressOf(9));
    subject.hear(joiner.hello(), joiner.address);
    expect(subject.messagesTo(joiner.address)).toEqual([]);
    expect(subject.election.counts.dropped.group).toBe(1);
  });

  test('HOSTILE 4: random bytes change nothing and write no log', () => {
    const subject = leading();
    const before = subject.logged.length;
    for (let count = 0; count < 20_000; count += 1) {
      subject.nowMs += 0.05;
      subject.hear(randomBytes(count % 1_300), addressOf(count % 200));
    }
    expect(subject.logged.length).toBe(before);
    expect(subject.leader.role).toBe('leader');
    expect(subject.election.counts.heard).toBe(0);
  });

  test('HOSTILE 5: more than 100 bad signatures in a second, and the source is ignored for 10 s', () => {
    const subject = leading();
    const liar = new Stranger(addressOf(9));
    const bad = liar.hello();
    bad[100] = (bad[100] ?? 0) ^ 1;
    for (let count = 0; count < 110; count += 1) subject.hear(bad, liar.address);
    subject.sent.length = 0;
    subject.pass(1_100).hear(liar.hello(), liar.address);
    expect(subject.messagesTo(liar.address)).toEqual([]);
    subject.pass(10_000).hear(liar.hello(), liar.address);
    expect(subject.messagesTo(liar.address).map(({ type }) => type)).toContain('welcome');
  });

  test('HOSTILE 6: a datagram heard again counts once', () => {
    const subject = leading();
    const joiner = new Stranger(addressOf(9));
    const hello = joiner.hello();
    for (let count = 0; count < 10; count += 1) subject.hear(hello, joiner.address);
    expect(subject.messagesTo(joiner.address).filter(({ type }) => type === 'welcome').length).toBe(
      1,
    );
  });

  test('HOSTILE 7: a beat of a leader that is no more does not bring it back', () => {
    const { subject, leader } = following();
    const old = leader.beat();
    subject.pass(8_000);
    expect(subject.leader.role).toBe('leader');
    const { epoch } = subject.leader;
    subject.hear(old, leader.address, true);
    subject.hear(leader.beat(), leader.address, true);
    subject.pass(50);
    expect(subject.leader).toMatchObject({ role: 'leader' });
    expect(subject.leader.epoch).toBeGreaterThanOrEqual(epoch);
  });

  test.each([2 ** 48 - 1, 2_000_000])('HOSTILE 8: an epoch of %d is ignored', (epoch) => {
    const subject = leading();
    const liar = new Stranger(addressOf(9));
    subject.hear(liar.beat({ leader: liar.tuple({ epoch, rank: 0 }) }), liar.address, true);
    subject.hear(liar.bytes(liar.says({ type: 'leave' }, epoch)), liar.address, true);
    subject.pass(500);
    expect(subject.leader).toMatchObject({ role: 'leader', epoch: 1 });
  });

  test.each([0, 2 ** 48 - 1])('HOSTILE 9: a claimed birth of %d preempts nobody', (rank) => {
    const subject = leading();
    const joiner = new Stranger(addressOf(9));
    subject.hear(joiner.hello({ rank }), joiner.address, true);
    const [welcome] = subject.messagesTo(joiner.address);
    expect(welcome).toMatchObject({ type: 'welcome' });
    if (welcome?.type !== 'welcome') return;
    expect(welcome.rank).toBeGreaterThan(welcome.leader.rank);
    expect(withOpenSecret(welcome, joiner.keys).ok).toBe(true);
    expect(withOpenSecret(welcome, newKeys()).ok).toBe(false);
    expect(subject.pass(500).leader.role).toBe('leader');
  });

  test('HOSTILE 10: nobody says goodbye in the name of another', () => {
    const { subject, leader } = following();
    const liar = new Stranger(addressOf(9));
    const forged = { ...liar.says({ type: 'leave' }), sender: leader.keys.peer, boot: leader.boot };
    subject.hear(liar.bytes(forged), leader.address, true);
    expect(subject.election.counts.dropped.sender).toBe(1);
    expect(subject.leader.leader?.peer).toBe(leader.keys.peer);
  });

  test('HOSTILE 10: a stranger cannot say that the leader left, nor forbid that somebody takes over', () => {
    const { subject, leader } = following();
    const successor = {
      peer: subject.keys.peer,
      boot: subject.boot,
      rank: 6,
      address: subject.address,
    };
    subject.hear(leader.beat({ standbys: [successor], heardMs: 0 }), leader.address);
    const liar = new Stranger(addressOf(9));
    const old = { peer: leader.keys.peer, boot: leader.boot };
    const claim = { type: 'claim', claimEpoch: 2, rank: 9, old, ageMs: 60_000, left: true };
    subject.hear(liar.bytes(liar.says(claim)), liar.address);
    subject.pass(200);
    expect(subject.leader).toMatchObject({ role: 'standby', leader: { peer: leader.keys.peer } });
    for (let count = 0; count < 100; count += 1) {
      const objection = { type: 'object', objection: 'older', ageMs: 0, leader: null };
      subject.pass(10).hear(liar.bytes(liar.says(objection)), liar.address);
    }
    expect(subject.leader.role).toBe('leader');
  });

  test('HOSTILE 11: standbys that no host can be reject the beat', () => {
    const { subject, leader } = following();
    const heard = subject.election.counts.heard;
    const successor = { peer: newKeys().peer, boot: newBoot(), rank: 9, address: addressOf(4) };
    const at = (address: string) => ({ ...successor, address: { address, port: 1 } });
    for (const wrong of [
      at('0.0.0.0'),
      at('239.1.1.1'),
      { ...successor, peer: leader.keys.peer },
    ]) {
      subject.hear(leader.beat({ standbys: [wrong] }), leader.address);
    }
    subject.hear(leader.beat({ standbys: [successor, successor] }), leader.address);
    expect(subject.election.counts.dropped.body).toBe(4);
    expect(subject.election.counts.heard).toBe(heard);
  });

  test('HOSTILE 207: nobody on another host names a program of this one, as a member, a standby or the leader', () => {
    const { subject, leader } = following();
    const here = { address: '127.0.0.1', port: 17_117 };
    const entryOf = (at: Address) => {
      const { keys, boot } = new Stranger(at);
      return { peer: keys.peer, boot, rank: 7, address: at, card: cardOf(keys, at.port) };
    };
    const [other, made] = [entryOf(addressOf(3)), entryOf(here)];
    const roster = { type: 'roster', since: 0, upTo: 2, latest: 2, gone: [] };
    subject.hear(leader.bytes(leader.says({ ...roster, entries: [other, made] })), leader.address);
    expect([...subject.election.state.members.keys()]).toEqual([other.peer]);
    subject.hear(leader.beat({ standbys: [other, made] }), leader.address);
    expect(subject.leader.standbys.map(({ peer }) => peer)).toEqual([other.peer]);
    const liar = new Stranger(addressOf(9));
    const { heard } = subject.election.counts;
    const words = { type: 'hint', leader: liar.tuple({ epoch: 9, address: here }) };
    subject.hear(liar.bytes(liar.says(words, 9)), liar.address);
    expect(subject.pass(100).messagesTo(here)).toEqual([]);
    expect(subject.election.counts.heard).toBe(heard);
  });

  test('HOSTILE 13: a flood of joiners gets at most 20 welcomes in a second, and beats keep their time', () => {
    const subject = leading();
    const crowd = Array.from({ length: 50 }, (_, at) => new Stranger(addressOf(100 + at)));
    subject.sent.length = 0;
    for (let turn = 0; turn < 100; turn += 1) {
      for (const each of crowd) subject.hear(each.hello(), each.address, true);
      subject.pass(10);
    }
    const types = subject.sent.map(({ bytes }) => bytes[3]);
    // One bucket of 20 that refills 20 in per second.
    expect(types.filter((type) => type === 3).length).toBeLessThanOrEqual(41);
    expect(subject.sent.filter(({ to }) => to === undefined).length).toBeGreaterThanOrEqual(1);
    expect(subject.leader.role).toBe('leader');
  });

  test('HOSTILE 14: whoever forges a source address gains nothing: answers are few and never larger', () => {
    const subject = leading();
    const victim = addressOf(77);
    let asked = 0;
    subject.sent.length = 0;
    for (let count = 0; count < 100; count += 1) {
      const liar = new Stranger(victim);
      const leader = { peer: subject.keys.peer, boot: subject.boot };
      const nonce = 'ab'.repeat(8) as Nonce;
      const probe = liar.bytes(liar.says({ type: 'probe', nonce, leader }));
      const ping = { type: 'ping', nonce, leader, proof: null, rosterVersion: 0, catalogue: null };
      for (const bytes of [liar.hello(), probe, liar.bytes(liar.says(ping))]) {
        asked += bytes.length;
        subject.hear(bytes, victim);
      }
    }
    const answers = subject.sent.filter(({ to }) => to?.address === victim.address);
    const answered = answers.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(answered).toBeLessThanOrEqual(asked);
    expect(answers.length).toBeLessThanOrEqual(20);
    for (const { bytes } of answers) {
      expect(bytes.length).toBeLessThanOrEqual(bytes[3] === 3 ? HELLO_BYTES : QUESTION_BYTES);
    }
  });

  test('HOSTILE 14: nor by naming leaders at addresses of others, to a leader or to a member', () => {
    const victim = addressOf(77);
    for (const [subject, epoch] of [
      [leading(), 1],
      [following().subject, 9],
    ] as const) {
      subject.sent.length = 0;
      let asked = 0;
      for (let count = 0; count < 100; count += 1) {
        const liar = new Stranger(victim);
        const leader = liar.tuple({ epoch, rank: count % 2 === 0 ? 0 : 2_000_000 });
        const words = [
          liar.beat({ leader }),
          liar.bytes(liar.says({ type: 'hint', leader: { ...leader, address: victim } }, epoch)),
          liar.bytes(liar.says({ type: 'yield', leader, entries: [] }, epoch)),
        ];
        for (const bytes of words) {
          asked += bytes.length;
          subject.hear(bytes, victim);
        }
        subject.pass(10);
      }
      const answers = subject.sent.filter(({ to }) => to?.address === victim.address);
      expect(answers.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(asked);
      expect(answers.length).toBeGreaterThan(0);
      expect(answers.length).toBeLessThanOrEqual(11);
      for (const { bytes } of answers) expect(bytes.length).toBeLessThanOrEqual(QUESTION_BYTES);
    }
  });

  test('HOSTILE 14: a member that shows a wrong proof gets no welcome for it', () => {
    const subject = leading();
    const joiner = new Stranger(addressOf(9));
    subject.hear(joiner.hello(), joiner.address);
    subject.messagesTo(joiner.address);
    const ping = {
      type: 'ping',
      nonce: 'ab'.repeat(8),
      leader: { peer: subject.keys.peer, boot: subject.boot },
      rosterVersion: 0,
      catalogue: null,
    };
    subject.hear(joiner.bytes(joiner.says({ ...ping, proof: new Uint8Array(16) })), joiner.address);
    expect(subject.messagesTo(joiner.address)).toMatchObject([{ type: 'pong', proof: null }]);
    subject.hear(joiner.bytes(joiner.says({ ...ping, proof: null })), joiner.address);
    expect(subject.messagesTo(joiner.address)).toMatchObject([{ type: 'welcome' }]);
  });

  test('HOSTILE 15: another process with the same keys is told, and does not make the leader flap', () => {
    const subject = leading();
    const twin = new Stranger(addressOf(5), subject.keys);
    for (let count = 0; count < 30; count += 1) {
      subject.hear(twin.hello(), twin.address, true);
      subject.pass(100);
    }
    const told = subject.others.length + subject.messagesTo(twin.address).length;
    expect(told).toBeGreaterThan(0);
    expect(subject.leader.epoch).toBeLessThanOrEqual(3);
  });

  test('HOSTILE 16: own multicast that comes back is dropped before its signature costs anything', () => {
    const subject = leading();
    subject.pass(3_000);
    const own = subject.sent.filter(({ to }) => to === undefined);
    for (const { bytes } of own) subject.hear(bytes, subject.address, true);
    expect(own.length).toBeGreaterThan(0);
    expect(subject.election.counts.dropped.own).toBe(own.length);
    expect(subject.election.counts.heard).toBe(0);
  });
});
