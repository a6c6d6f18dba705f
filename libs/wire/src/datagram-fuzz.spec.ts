/** Random bodies of election datagrams, and random text of other hosts. */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  DATAGRAM_HEADER_BYTES,
  DATAGRAM_SEAL_BYTES,
  type DatagramVerifier,
  openDatagram,
  readDatagram,
  sealDatagram,
} from './datagram.js';
import type { ElectionMessage } from './election-messages.js';
import { bytesOfHex } from './hex.js';
import { addressBytes, addressText, isWrittenAddress } from './ip-address.js';
import { safeJson, safeText } from './safe-text.js';
import { numbersFrom } from './testing/made-up.js';

const RUNS = Number(process.env['IWANTO_FUZZ'] ?? 100_000);
const SEED = Number(process.env['IWANTO_SEED'] ?? randomInt(1, 2 ** 31));
const LIMIT_MS = 600_000;

interface Vector {
  readonly hex: string;
}
const { datagrams } = JSON.parse(
  readFileSync(new URL('./vectors/datagrams.json', import.meta.url), 'utf8'),
) as { datagrams: Vector[] };
const samples = datagrams.map(({ hex }) => bytesOfHex(hex));

/** Accepts every signature, so that bodies are read. */
function opened(bytes: Uint8Array): ElectionMessage | undefined {
  const read = readDatagram(bytes);
  if (!read.ok) return undefined;
  const verifier: DatagramVerifier = {
    peerOf: () => read.value.header.sender,
    verify: () => true,
  };
  const result = openDatagram(read.value, verifier);
  return result.ok ? result.value : undefined;
}

const signature = new Uint8Array(64);
const sealed = (message: ElectionMessage) =>
  sealDatagram(message, { signKey: 'cd'.repeat(32) as never, sign: () => signature });

test(
  `HOSTILE 166: a made-up datagram is refused, or means the same when it is written again (seed ${SEED})`,
  () => {
    const next = numbersFrom(SEED);
    let accepted = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const bytes = samples[next() % samples.length]!.slice();
      const bodyBytes = bytes.length - DATAGRAM_HEADER_BYTES - DATAGRAM_SEAL_BYTES;
      for (let change = next() % 4; change > 0; change -= 1) {
        // Mostly the first bytes of a body: later ones are padding.
        const at = next() % Math.max(1, Math.min(bodyBytes, 160));
        bytes[DATAGRAM_HEADER_BYTES + at] = next() & 0xff;
      }
      if (next() % 8 === 0) bytes[3] = next() % 24;
      const message = opened(bytes);
      if (!message) continue;
      accepted += 1;
      const again = sealed(message);
      const read = typeof again === 'string' ? undefined : opened(again);
      const isSame = read && Buffer.compare(again as Uint8Array, sealed(read) as Uint8Array) === 0;
      if (!isSame) throw new Error(Buffer.from(bytes).toString('hex'));
    }
    expect(accepted).toBeGreaterThan(RUNS / 20);
  },
  LIMIT_MS,
);

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 24 }),
  fc.string({
    unit: fc.constantFrom('a', '\x1b[', '\u202e', '\u200d', '👍', '\ud800', '\u2028', '\x9b'),
  }),
);
const STEERS = /\p{Cc}|\p{Cs}|\p{Zl}|\p{Zp}|[\u202a-\u202e\u2066-\u2069]/u;

test(
  `HOSTILE 166: a made-up text cannot steer a terminal, and as JSON still means the same (seed ${SEED})`,
  () => {
    fc.assert(
      fc.property(text, (made) => {
        const shown = safeText(made);
        if (STEERS.test(shown) || safeText(shown) !== shown) throw new Error('it steers');
        const json = safeJson(JSON.stringify({ made }));
        if (STEERS.test(json) || (JSON.parse(json) as { made: string }).made !== made)
          throw new Error('another text');
      }),
      { numRuns: RUNS, seed: SEED },
    );
  },
  LIMIT_MS,
);

const digits = fc.array(fc.constantFrom('0', '1', '9', 'f', ':', '::', '.', '%', 'x', '-', '255'), {
  maxLength: 20,
});

test(
  `HOSTILE 166: of a made-up address one way to write it is taken (seed ${SEED})`,
  () => {
    const bytes = fc.oneof(
      ...[fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ maxLength: 17 })],
      fc.uint8Array({ minLength: 16, maxLength: 16, max: 2 }),
    );
    fc.assert(
      fc.property(digits, bytes, (parts, made) => {
        const written = parts.join('');
        const [bare = ''] = written.split('%');
        const read = addressBytes(bare);
        if (isWrittenAddress(written) && (!read || addressText(read) !== bare))
          throw new Error(`another way: ${written}`);
        const said = addressText(made);
        if (said === undefined) return;
        // An IPv4 address in IPv6 form is written as IPv4.
        const meant = addressBytes(said) ?? new Uint8Array(0);
        if (Buffer.compare(meant, made.subarray(made.length - meant.length)) !== 0)
          throw new Error(`other bytes: ${said}`);
      }),
      { numRuns: RUNS, seed: SEED },
    );
  },
  LIMIT_MS,
);
