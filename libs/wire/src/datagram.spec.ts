/** The election datagrams: golden bytes, round trips, and what is refused without a throw. */
import {
  type KeyObject,
  createHash,
  createPrivateKey,
  createPublicKey,
  sign as signWith,
  verify as verifyWith,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ELECTION_MESSAGES,
  ELECTION_MESSAGE_TYPES,
  SEALED_SECRET_BYTES,
} from './election-table.js';
import {
  DATAGRAM_HEADER_BYTES,
  DATAGRAM_SEAL_BYTES,
  type DatagramSigner,
  type DatagramVerifier,
  type SecretSeal,
  openDatagram,
  readDatagram,
  sealDatagram,
  withOpenSecret,
  withSealedSecret,
} from './datagram.js';
import {
  AGE_MS_MAX,
  ELECTION_DATAGRAM_BYTES_MAX,
  type ElectionMessage,
  HELLO_BYTES,
  QUESTION_BYTES,
  UINT48_MAX,
} from './election-messages.js';
import { DIALLED_LINES } from './dial-hello.js';
import { bytesOfHex, hexOf } from './hex.js';
import type { BootId, PeerId, PublicKey } from './ids.js';

const PKCS8 = '302e020100300506032b657004220420';
const SPKI = '302a300506032b6570032100';

/** A signer whose secret is the same byte 32 times. */
function signerOf(byte: number): DatagramSigner & { peer: PeerId } {
  const der = Buffer.from(PKCS8 + Buffer.alloc(32, byte).toString('hex'), 'hex');
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  const signKey = spki.subarray(-32).toString('hex') as PublicKey;
  return { signKey, peer: peerOf(signKey), sign: (bytes) => signWith(null, bytes, secret) };
}
const peerOf = (signKey: PublicKey) =>
  createHash('sha256').update(Buffer.from(signKey, 'hex')).digest('hex').slice(0, 20) as PeerId;

const keyObjects = new Map<string, KeyObject>();
const keyOf = (signKey: PublicKey): KeyObject => {
  const der = Buffer.from(SPKI + signKey, 'hex');
  const known =
    keyObjects.get(signKey) ?? createPublicKey({ key: der, format: 'der', type: 'spki' });
  keyObjects.set(signKey, known);
  return known;
};
const verifier: DatagramVerifier = {
  peerOf,
  verify: (signKey, bytes, signature) => verifyWith(null, bytes, keyOf(signKey), signature),
};
const signer = signerOf(7);

const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((value) => hexOf(value) as never);
const u48 = fc.integer({ min: 0, max: UINT48_MAX });
const u16 = fc.integer({ min: 0, max: 65_535 });
const address = fc.record({
  address: fc.oneof(
    fc
      .tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.nat(255), fc.nat(255))
      .map((four) => four.join('.')),
    fc.nat(0xfffe).map((group) => `fd00::${(group + 1).toString(16)}`),
  ),
  port: fc.integer({ min: 1, max: 65_535 }),
});
const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const reference = fc.record({ peer: hex(10), boot: hex(8) });
const leader = fc.record({
  peer: hex(10),
  boot: hex(8),
  epoch: u48,
  reign: u48,
  rank: u48,
  lost: fc.boolean(),
  address: fc.option(address),
});
const card = fc.record({
  electionPort: u16,
  indexerPort: u16,
  transferPort: u16,
  curveKey: hex(32),
  name: fc
    .string({ unit: 'grapheme', maxLength: 8 })
    .filter((name) => Buffer.byteLength(name) <= 32),
});
const standbyRecord = fc.record({ peer: hex(10), boot: hex(8), rank: u48, address });
const distinct = <T extends { peer: string; address: { address: string; port: number } }>(
  one: fc.Arbitrary<T>,
  maxLength: number,
) =>
  fc.uniqueArray(one, {
    maxLength,
    selector: (each) => `${each.address.address} ${each.address.port}`,
  });
const standbys = distinct(standbyRecord, 5);
const entries = distinct(fc.record({ peer: hex(10), boot: hex(8), rank: u48, address, card }), 6);
const nonce = hex(8);
const proof = fc.option(bytesOf(16));
const catalogue = fc.option(fc.record({ catalogId: hex(8), revision: u48 }));
const age = fc.integer({ min: 0, max: AGE_MS_MAX });

const between = { callee: hex(10), caller: hex(10) };
const dialledLine = fc.constantFrom(...DIALLED_LINES);

const LEADERS_OWN = ['welcome', 'beat', 'pong', 'notMember', 'yield'];
const BODIES = {
  hello: fc.record({ rank: u48, joining: fc.boolean(), card }),
  hint: fc.record({ leader }),
  welcome: fc.record({
    leader,
    card,
    secret: bytesOf(SEALED_SECRET_BYTES),
    member: hex(8),
    rank: u48,
    clusterNowMs: u48,
    standbys,
  }),
  beat: fc.record({
    leader,
    standbys,
    members: u16,
    rosterVersion: u48,
    heardMs: fc.option(age),
    previous: fc.option(reference),
    card: fc.option(card),
  }),
  ack: fc.record({ beat: u48, rosterVersion: u48 }),
  ping: fc.record({ nonce, leader: reference, proof, rosterVersion: u48, catalogue }),
  pong: fc.record({ nonce, leader, proof }),
  notMember: fc.record({ nonce, leader }),
  notLeader: fc.record({ nonce, leader: fc.option(leader) }),
  probe: fc.record({ nonce, leader: reference }),
  ask: fc.record({ leader: reference, ageMs: age }),
  alive: fc.record({ leader: reference, ageMs: age }),
  claim: fc.record({ claimEpoch: u48, rank: u48, old: reference, ageMs: age, left: fc.boolean() }),
  object: fc.record({
    objection: fc.constantFrom('alive', 'older', 'leader'),
    ageMs: age,
    leader: fc.option(leader),
  }),
  yield: fc.record({ leader, entries }),
  relay: fc.record({ leader }),
  roster: fc.record({
    since: u48,
    upTo: u48,
    latest: u48,
    entries,
    gone: fc.uniqueArray(hex(10), { maxLength: 12 }),
  }),
  leave: fc.record({}),
  knock: fc.record({ nonce: hex(8), cookie: fc.option(bytesOf(16)) }),
  cookie: fc.record({ nonce: hex(8), cookie: bytesOf(16) }),
  dial: fc.record({ ...between, line: dialledLine, ticket: hex(16) }),
  bridge: fc.record({ relay: hex(10), ...between, line: dialledLine, ticket: hex(16) }),
} as const;

const message: fc.Arbitrary<ElectionMessage> = fc
  .constantFrom(...(Object.keys(BODIES) as (keyof typeof BODIES)[]))
  .chain((type) =>
    fc
      .tuple(hex(8), u48, u48, BODIES[type] as fc.Arbitrary<object>)
      .map(([boot, epoch, seq, body]) =>
        spokenAs({ type, sender: signer.peer, boot, epoch, seq, ...body } as ElectionMessage),
      ),
  );

/** A leader's own words name their sender. */
function spokenAs(one: ElectionMessage): ElectionMessage {
  if (!LEADERS_OWN.includes(one.type) || !('leader' in one)) return one;
  return {
    ...one,
    leader: { ...one.leader, peer: one.sender, boot: one.boot },
  } as ElectionMessage;
}

function open(bytes: Uint8Array, zone?: string) {
  const read = readDatagram(bytes);
  return read.ok ? openDatagram(read.value, verifier, zone) : read;
}
const sealed = (one: ElectionMessage, by: DatagramSigner = signer): Uint8Array => {
  const bytes = sealDatagram(one, by);
  if (typeof bytes === 'string') throw new Error(bytes);
  return bytes;
};

const leave: ElectionMessage = {
  type: 'leave',
  sender: signer.peer,
  boot: '0102030405060708' as BootId,
  epoch: 3,
  seq: 9,
};
const beat = (names: Partial<Extract<ElectionMessage, { type: 'beat' }>>): ElectionMessage => ({
  ...leave,
  type: 'beat',
  leader: {
    peer: signer.peer,
    boot: leave.boot,
    epoch: 3,
    reign: 3,
    rank: 4,
    lost: false,
    address: null,
  },
  standbys: [],
  members: 1,
  rosterVersion: 1,
  heardMs: null,
  previous: null,
  card: null,
  ...names,
});
const leaderOf = (one: ElectionMessage) =>
  (one as Extract<ElectionMessage, { type: 'beat' }>).leader;
const standby = (peer: string, host: string, port = 5) => ({
  peer: peer.repeat(10) as PeerId,
  boot: leave.boot,
  rank: 5,
  address: { address: host, port },
});

/** Seals what no honest peer would send: the bytes of a message, changed before they are signed. */
function forged(one: ElectionMessage, change: (signed: Uint8Array) => void): Uint8Array {
  const bytes = sealed(one);
  const signed = bytes.subarray(0, bytes.length - 64);
  change(signed);
  bytes.set(signer.sign(signed), signed.length);
  return bytes;
}

describe('golden vectors', () => {
  const path = new URL('./vectors/datagrams.json', import.meta.url);
  const vectors = JSON.parse(readFileSync(path, 'utf8')) as {
    secretByte: number;
    datagrams: { message: Record<string, unknown>; hex: string }[];
  };
  const revived = (value: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(value).map(([name, each]) => [
        name,
        ['secret', 'proof', 'cookie'].includes(name) && typeof each === 'string'
          ? bytesOfHex(each)
          : each,
      ]),
    ) as unknown as ElectionMessage;

  test.each(vectors.datagrams)('$message.type', ({ message: plain, hex: expected }) => {
    const one = revived(plain);
    expect(hexOf(sealed(one, signerOf(vectors.secretByte)))).toBe(expected);
    expect(open(bytesOfHex(expected))).toEqual({ ok: true, value: one });
  });

  test('docs/wire.md has a row for each message, with its number', () => {
    const page = readFileSync(new URL('../../../docs/wire.md', import.meta.url), 'utf8');
    for (const type of ELECTION_MESSAGE_TYPES) {
      const row = new RegExp(
        `^\\| ${ELECTION_MESSAGES[type].code} +\\| ${type.toUpperCase()} `,
        'm',
      );
      expect(page).toMatch(row);
    }
  });

  test('there is one for each message', () => {
    const types = vectors.datagrams.map((vector) => vector.message['type']);
    expect(new Set(types)).toEqual(new Set(ELECTION_MESSAGE_TYPES));
  });

  test('a leave, byte by byte', () => {
    const bytes = sealed(leave);
    const head = '6957' + '01' + '12' + '00000000' + signer.peer + '0102030405060708';
    expect(hexOf(bytes).slice(0, 76)).toBe(`${head}000000000003000000000009`);
    expect(hexOf(bytes).slice(76, 140)).toBe(signer.signKey);
    expect(bytes.length).toBe(DATAGRAM_HEADER_BYTES + DATAGRAM_SEAL_BYTES);
  });
});

describe('round trip', () => {
  test('every message comes back as it was, within 1,200 bytes', () => {
    fc.assert(
      fc.property(message, (one) => {
        const bytes = sealed(one);
        expect(bytes.length).toBeLessThanOrEqual(ELECTION_DATAGRAM_BYTES_MAX);
        const opened = open(bytes);
        // The generator may name one peer twice; that is refused, not misread.
        if (opened.ok) expect(opened.value).toEqual(one);
        else expect(opened.refusal).toBe('body');
      }),
      { numRuns: 300 },
    );
  });

  test('a question is never smaller than its answer', () => {
    const longest = { address: 'fd00:1111:2222:3333:4444:5555:6666:7777', port: 1 };
    const tuple = {
      peer: signer.peer,
      boot: leave.boot,
      epoch: 1,
      reign: 1,
      rank: 1,
      lost: true,
      address: longest,
    };
    const longCard = {
      electionPort: 1,
      indexerPort: 1,
      transferPort: 1,
      curveKey: 'ab'.repeat(32) as PublicKey,
      name: 'n'.repeat(32),
    };
    const nonceText = 'cd'.repeat(8) as never;
    const welcome: ElectionMessage = {
      ...leave,
      type: 'welcome',
      leader: tuple,
      card: longCard,
      secret: new Uint8Array(SEALED_SECRET_BYTES),
      member: leave.boot,
      rank: 1,
      clusterNowMs: 1,
      standbys: [1, 2, 3, 4, 5].map((port) => ({
        ...standby(`a${port}`, longest.address),
        address: { address: longest.address, port },
      })),
    };
    const answers: ElectionMessage[] = [
      {
        ...leave,
        type: 'pong',
        nonce: nonceText,
        leader: tuple,
        proof: new Uint8Array(16),
      },
      { ...leave, type: 'notMember', nonce: nonceText, leader: tuple },
      { ...leave, type: 'notLeader', nonce: nonceText, leader: tuple },
    ];
    const hello: ElectionMessage = {
      ...leave,
      type: 'hello',
      rank: 1,
      joining: true,
      card: longCard,
    };
    const probe: ElectionMessage = {
      ...leave,
      type: 'probe',
      nonce: nonceText,
      leader: { peer: signer.peer, boot: leave.boot },
    };
    expect(sealed(hello).length).toBe(HELLO_BYTES);
    const ping = { ...probe, type: 'ping', rosterVersion: 0, catalogue: null } as const;
    expect(sealed(probe).length).toBe(QUESTION_BYTES);
    expect(sealed({ ...ping, proof: new Uint8Array(16) }).length).toBe(QUESTION_BYTES);
    expect(sealed({ ...ping, proof: null }).length).toBe(HELLO_BYTES);
    expect(sealed(welcome).length).toBeLessThanOrEqual(HELLO_BYTES);
    expect(sealed({ ...leave, type: 'hint', leader: tuple }).length).toBe(QUESTION_BYTES);
    expect(sealed(beat({})).length).toBe(QUESTION_BYTES);
    for (const answer of answers) expect(sealed(answer).length).toBeLessThanOrEqual(QUESTION_BYTES);
  });

  test('a link-local address gets the zone it was heard in', () => {
    const opened = open(sealed(beat({ standbys: [standby('ab', 'fe80::1%eth7')] })), 'wlan0');
    expect(opened).toMatchObject({
      value: { standbys: [{ address: { address: 'fe80::1%wlan0' } }] },
    });
  });

  test('what does not fit is a sentence, not a throw', () => {
    expect(sealDatagram({ ...leave, epoch: -1 }, signer)).toMatch(/does not fit/);
    expect(sealDatagram(beat({ members: 70_000 }), signer)).toMatch(/does not fit/);
    expect(sealDatagram(beat({ standbys: [standby('ab', 'nowhere')] }), signer)).toMatch(
      /not an IP/,
    );
  });

  test('an age beyond 16 bits is told as the oldest', () => {
    expect(open(sealed(beat({ heardMs: 1e9 })))).toMatchObject({ value: { heardMs: AGE_MS_MAX } });
  });
});

describe('what is refused', () => {
  const refusalOf = (bytes: Uint8Array) => {
    const opened = open(bytes);
    return opened.ok ? 'none' : opened.refusal;
  };

  test('HOSTILE 1: an empty datagram', () => {
    expect(refusalOf(new Uint8Array(0))).toBe('size');
  });

  test('HOSTILE 2: more than 1,200 bytes, or cut short', () => {
    const bytes = sealed(leave);
    expect(refusalOf(new Uint8Array(ELECTION_DATAGRAM_BYTES_MAX + 1))).toBe('size');
    for (let length = 0; length < bytes.length; length += 1) {
      expect(refusalOf(bytes.subarray(0, length))).toBe('size');
    }
  });

  test('HOSTILE 3: wrong magic or version; an unknown type is told apart', () => {
    const changed = (at: number) => {
      const bytes = sealed(leave);
      bytes[at] = 99;
      return bytes;
    };
    expect([0, 1, 2, 3, 4].map((at) => refusalOf(changed(at)))).toEqual([
      'magic',
      'magic',
      'version',
      'type',
      'group',
    ]);
  });

  test('HOSTILE 4: random bytes and random changes never throw and never pass', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_300 }), (bytes) => {
        expect(open(bytes).ok).toBe(false);
      }),
    );
    fc.assert(
      fc.property(message, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, place, change) => {
        const bytes = sealed(one);
        const at = place % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ change;
        expect(open(bytes).ok).toBe(false);
      }),
    );
  });

  test('HOSTILE 4: random bodies under a good signature never throw', () => {
    fc.assert(
      fc.property(message, fc.uint8Array({ maxLength: 300 }), (one, noise) => {
        const bytes = forged(one, (signed) => {
          const end = signed.length - 32;
          signed.set(noise.subarray(0, end - DATAGRAM_HEADER_BYTES), DATAGRAM_HEADER_BYTES);
        });
        expect(['none', 'body']).toContain(refusalOf(bytes));
      }),
      { numRuns: 300 },
    );
  });

  test('HOSTILE 5 and 10: a changed byte, another signature, a word in the name of another peer', () => {
    const bytes = sealed(leave);
    bytes[30] = 1;
    expect(refusalOf(bytes)).toBe('signature');
    const other = signerOf(8);
    expect(refusalOf(sealed(leave, other))).toBe('sender');
    expect(refusalOf(sealed(leave, { signKey: signer.signKey, sign: other.sign }))).toBe(
      'signature',
    );
  });

  test('HOSTILE 11: standbys too many, twice, the leader itself, or at no host', () => {
    const refused = [
      beat({ standbys: [standby('ab', '10.0.0.1', 1), standby('ab', '10.0.0.1', 2)] }),
      beat({ standbys: [standby('ab', '10.0.0.1'), standby('cd', '10.0.0.1')] }),
      beat({ standbys: [{ ...standby('ab', '10.0.0.1'), peer: signer.peer }] }),
      ...['0.0.0.0', '224.0.0.1', '255.255.255.255', '::', 'ff02::1'].map((host) =>
        beat({ standbys: [standby('ab', host)] }),
      ),
      beat({ standbys: [standby('ab', '10.0.0.1', 0)] }),
    ];
    for (const one of refused) expect(refusalOf(sealed(one))).toBe('body');
    const six = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'].map((peer, at) =>
      standby(peer, '10.0.0.1', at + 1),
    );
    expect(sealDatagram(beat({ standbys: six }), signer)).toMatch(/6 entries/);
    const countAt = DATAGRAM_HEADER_BYTES + 38;
    const thousand = forged(beat({}), (signed) => (signed[countAt] = 255));
    expect(refusalOf(thousand)).toBe('body');
  });

  test('HOSTILE 10: what only a leader says of itself, said by another or another start of it', () => {
    const own = leaderOf(beat({}));
    const other = { ...own, peer: 'ab'.repeat(10) as PeerId };
    const earlier = { ...own, boot: '00'.repeat(8) as BootId };
    const nonceText = 'cd'.repeat(8) as never;
    for (const wrong of [other, earlier]) {
      expect(refusalOf(sealed(beat({ leader: wrong })))).toBe('body');
      for (const type of ['pong', 'notMember'] as const) {
        const answer = { ...leave, type, nonce: nonceText, proof: null };
        expect(refusalOf(sealed({ ...answer, leader: wrong }))).toBe('body');
        expect(refusalOf(sealed({ ...answer, leader: own }))).toBe('none');
      }
      const handover = { ...leave, type: 'yield', entries: [] } as const;
      expect(refusalOf(sealed({ ...handover, leader: wrong }))).toBe('body');
    }
    expect(refusalOf(sealed({ ...leave, type: 'hint', leader: other }))).toBe('none');
  });

  test('HOSTILE 14: a question without its padding', () => {
    const hint: ElectionMessage = { ...leave, type: 'hint', leader: leaderOf(beat({})) };
    const bytes = sealed(hint);
    const body = bytes.subarray(0, DATAGRAM_HEADER_BYTES + 38);
    const signed = Buffer.concat([body, bytesOfHex(signer.signKey)]);
    expect(refusalOf(Buffer.concat([signed, signer.sign(signed)]))).toBe('body');
  });

  test('flags, words and texts that are none', () => {
    const lostAt = DATAGRAM_HEADER_BYTES + 36;
    expect(refusalOf(forged(beat({}), (signed) => (signed[lostAt] = 2)))).toBe('body');
    const nameAt = DATAGRAM_HEADER_BYTES + 6 + 1 + 6 + 32 + 1;
    const hello: ElectionMessage = {
      ...leave,
      type: 'hello',
      rank: 1,
      joining: true,
      card: {
        electionPort: 1,
        indexerPort: 1,
        transferPort: 1,
        curveKey: 'ab'.repeat(32) as PublicKey,
        name: 'abc',
      },
    };
    expect(refusalOf(forged(hello, (signed) => (signed[nameAt] = 0xff)))).toBe('body');
    expect(refusalOf(forged(hello, (signed) => (signed[nameAt - 1] = 33)))).toBe('body');
  });

  test('a name too long is cut at a character', () => {
    const hello = (name: string): ElectionMessage => ({
      ...leave,
      type: 'hello',
      rank: 1,
      joining: true,
      card: {
        electionPort: 1,
        indexerPort: 1,
        transferPort: 1,
        curveKey: 'ab'.repeat(32) as PublicKey,
        name,
      },
    });
    expect(open(sealed(hello('é'.repeat(20))))).toMatchObject({
      value: { card: { name: 'é'.repeat(16) } },
    });
    expect(open(sealed(hello('a' + 'é'.repeat(20))))).toMatchObject({
      value: { card: { name: 'a' + 'é'.repeat(15) } },
    });
  });
});

describe('the secret of a welcome', () => {
  const seal: SecretSeal = {
    seal: (secret) => Uint8Array.from([...new Uint8Array(48), ...secret]),
    open: (bytes) => (bytes[0] === 0 ? bytes.subarray(48) : undefined),
  };
  const secret = new Uint8Array(16).fill(5);
  const welcome = { ...beat({}), type: 'welcome', secret } as unknown as ElectionMessage;

  test('is sealed for its receiver and opened by it', () => {
    const crossing = withSealedSecret(welcome, seal, 'ab'.repeat(32) as PublicKey);
    expect(crossing).toMatchObject({ secret: { length: SEALED_SECRET_BYTES } });
    expect(withOpenSecret(crossing, seal)).toMatchObject({ ok: true, value: { secret } });
  });

  test('that cannot be opened refuses the welcome', () => {
    const foreign = { ...welcome, secret: new Uint8Array(64).fill(1) } as ElectionMessage;
    expect(withOpenSecret(foreign, seal)).toEqual({ ok: false, refusal: 'secret' });
  });

  test('other messages pass as they are', () => {
    expect(withSealedSecret(leave, seal, null)).toBe(leave);
    expect(withOpenSecret(leave, seal)).toEqual({ ok: true, value: leave });
  });
});
