/** `peer.check` on the bus: dials another host, and asks it how it sees this one. */
import {
  type Bus,
  type CurveKeys,
  type Handler,
  type PeerCheckAnswer,
  type PeerCheckQuestion,
  type PeerLine,
  type Verbs,
  connectPeer,
  dialPort,
} from '@iwanto/bus';
import {
  CHECKUP_FILLING_BYTES_MAX,
  type CheckupAnswer,
  type CheckupQuestion,
  type PeerId,
} from '@iwanto/wire';
import { ownDataPort } from '../checkup/own-data-port.js';

/** The other host dials back for up to 2.5 s before it answers. */
const CHECKUP_LIMIT_MS = 4_000;

export interface PeerCheckOptions {
  readonly peer: PeerId;
  readonly bus: Pick<Bus, 'call'>;
  readonly keys: CurveKeys;
}

export const peerCheck =
  (options: PeerCheckOptions): Handler<Verbs, 'peer.check'> =>
  async (question) => {
    const { address, indexerPort, transferPort } = question;
    // A port behind a firewall takes a while, during which the other host is asked.
    const transfer = dialPort(address, transferPort);
    const indexer = await dialPort(address, indexerPort);
    const asked = indexer === 'open' ? await ask(question, options) : NOT_ASKED;
    return { indexerPort: indexer, transferPort: await transfer, ...asked };
  };

type Asked = Omit<PeerCheckAnswer, 'indexerPort' | 'transferPort'>;
const NOT_ASKED: Asked = {
  ...{ checkup: null, largeAnswers: null, clockAheadMs: null, dataPort: 'untried' },
};

async function ask(
  question: PeerCheckQuestion,
  { peer, bus, keys }: PeerCheckOptions,
): Promise<Asked> {
  const { address, indexerPort: port, curveKey: serverKey } = question;
  if (serverKey === null) return NOT_ASKED;
  const line = connectPeer({ address, port, serverKey, keys });
  try {
    const self = { peer, dataPort: await ownDataPort(bus) };
    const checkup = await checkupOver(line, self, 0);
    if (!checkup) return NOT_ASKED;
    // The clock is read when the answer is made: that was half a round trip ago, which does not count here.
    const clockAheadMs = checkup.wallClockMs - Date.now();
    const [large, data] = await Promise.all([
      checkupOver(line, self, CHECKUP_FILLING_BYTES_MAX),
      // The election announces no data port: the host itself names it.
      dialPort(address, checkup.ownDataPort ?? 0),
    ]);
    const largeAnswers = large?.filling.length === CHECKUP_FILLING_BYTES_MAX;
    return { checkup, largeAnswers, clockAheadMs, dataPort: data };
  } finally {
    line.close();
  }
}

async function checkupOver(
  line: PeerLine,
  self: Omit<CheckupQuestion, 'filling'>,
  fillingBytes: number,
): Promise<CheckupAnswer | undefined> {
  const question = { ...self, filling: new Uint8Array(fillingBytes) };
  return line.call('checkup', question, { limitMs: CHECKUP_LIMIT_MS }).catch(() => undefined);
}
