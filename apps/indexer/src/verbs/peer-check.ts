/** `peer.check` on the bus: dials another host, and asks it how it sees this one. */
import {
  type CurveKeys,
  type Handler,
  type PeerCheckAnswer,
  type PeerCheckQuestion,
  type PeerLine,
  type Verbs,
  connectPeer,
  dialPort,
} from '@iwanto/bus';
import { CHECKUP_FILLING_BYTES_MAX, type CheckupAnswer, type PeerId } from '@iwanto/wire';

/** The other host dials back for up to 2.5 s before it answers. */
const CHECKUP_LIMIT_MS = 4_000;

export interface PeerCheckOptions {
  readonly peer: PeerId;
  readonly keys: CurveKeys;
}

export const peerCheck =
  (options: PeerCheckOptions): Handler<Verbs, 'peer.check'> =>
  async (question) => {
    const { address, indexerPort, transferPort } = question;
    const [indexer, transfer] = await Promise.all([
      dialPort(address, indexerPort),
      dialPort(address, transferPort),
    ]);
    const asked = indexer === 'open' ? await ask(question, options) : NOT_ASKED;
    return { indexerPort: indexer, transferPort: transfer, ...asked };
  };

type Asked = Pick<PeerCheckAnswer, 'checkup' | 'largeAnswers' | 'clockAheadMs'>;
const NOT_ASKED: Asked = { checkup: null, largeAnswers: null, clockAheadMs: null };

async function ask(question: PeerCheckQuestion, { peer, keys }: PeerCheckOptions): Promise<Asked> {
  const { address, indexerPort: port, curveKey: serverKey } = question;
  if (serverKey === null) return NOT_ASKED;
  const line = connectPeer({ address, port, serverKey, keys });
  try {
    const checkup = await checkupOver(line, peer, 0);
    if (!checkup) return NOT_ASKED;
    // The clock is read when the answer is made: that was half a round trip ago, which does not count here.
    const clockAheadMs = checkup.wallClockMs - Date.now();
    const large = await checkupOver(line, peer, CHECKUP_FILLING_BYTES_MAX);
    const largeAnswers = large?.filling.length === CHECKUP_FILLING_BYTES_MAX;
    return { checkup, largeAnswers, clockAheadMs };
  } finally {
    line.close();
  }
}

async function checkupOver(
  line: PeerLine,
  peer: PeerId,
  fillingBytes: number,
): Promise<CheckupAnswer | undefined> {
  const question = { peer, filling: new Uint8Array(fillingBytes) };
  return line.call('checkup', question, { limitMs: CHECKUP_LIMIT_MS }).catch(() => undefined);
}
