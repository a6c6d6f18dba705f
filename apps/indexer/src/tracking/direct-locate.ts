/** Where a whole hash is, asked of the peers themselves: a leader that hides a content, or does not know it, cannot withhold it from others. */
import { type CurveKeys, type KnownPeer, connectPeer } from '@iwanto/bus';
import {
  type Bucket,
  type Claim,
  type FileHash,
  type LocateAnswer,
  OTHER_CLAIMS_MAX,
  type OwnContent,
  type PeerId,
  type Rate,
  fileHashSchema,
  refilled,
  spend,
  spreadOverPlaces,
} from '@iwanto/wire';

/** Peers asked about one hash: all of a small LAN, a random few of a large one. */
const ASKED_MAX = 32;
/** How long one peer may take, in ms: a handshake and a round trip. */
const OWN_LIMIT_MS = 1_500;
/** A starving download looks for sources repeatedly: that must not become a load on everybody. */
const SWEEPS: Rate = { perSecond: 0.5, burst: 4 };

export interface DirectLocateOptions {
  readonly self: PeerId;
  readonly keys: CurveKeys;
  readonly nowMs: () => number;
  /** Every peer that may be asked. */
  readonly members: () => KnownPeer[];
  /** Asks one peer; when left out, over a new line. */
  readonly ask?: (peer: KnownPeer, hash: FileHash) => Promise<OwnContent | null>;
}

interface Found {
  readonly peer: KnownPeer;
  readonly content: OwnContent;
}

export class DirectLocate {
  #sweeps: Bucket | undefined;

  constructor(private readonly options: DirectLocateOptions) {}

  /**
   * Who of all, or of those named, claims to have it. Undefined for a hash prefix, where nobody claims it, and when asked
   * too often.
   */
  async locate(typed: string, of?: readonly PeerId[]): Promise<LocateAnswer | undefined> {
    const whole = fileHashSchema.safeParse(typed);
    if (!whole.success || !this.#mayAsk()) return undefined;
    const { members, self } = this.options;
    const asked = members().filter(({ peer, indexerPort, transferPort, member }) => {
      if (of && !of.includes(peer)) return false;
      return member && peer !== self && indexerPort !== 0 && transferPort !== 0;
    });
    const chosen = spreadOverPlaces(asked, Math.random).slice(0, ASKED_MAX);
    const answers = await Promise.all(chosen.map((peer) => this.#askOne(peer, whole.data)));
    return located(
      whole.data,
      answers.flatMap((found) => found ?? []),
    );
  }

  #mayAsk(): boolean {
    this.#sweeps = refilled(this.#sweeps, SWEEPS, this.options.nowMs());
    return spend(this.#sweeps);
  }

  /** One that cannot be reached, or is too old to know the question, has nothing to say. */
  async #askOne(peer: KnownPeer, hash: FileHash): Promise<Found | undefined> {
    const { keys, ask = overLine(keys) } = this.options;
    const content = await ask(peer, hash).catch(() => null);
    return content === null ? undefined : { peer, content };
  }
}

const overLine =
  (keys: CurveKeys) =>
  async ({ address, indexerPort: port, curveKey: serverKey }: KnownPeer, hash: FileHash) => {
    const line = connectPeer({ address, port, serverKey, keys });
    try {
      return (await line.call('own', { hash }, { limitMs: OWN_LIMIT_MS })).content;
    } finally {
      line.close();
    }
  };

/** What most say comes first; the others are kept beside it, and what a holder can prove decides. */
function located(hash: FileHash, found: readonly Found[]): LocateAnswer | undefined {
  const claims = new Map<string, Claim & { name: string }>();
  for (const { peer, content } of found) {
    const { kind, size, name } = content;
    const { address, transferPort: port, curveKey } = peer;
    const holder = { peer: peer.peer, address, port, curveKey };
    const claim = claims.get(`${kind} ${size}`) ?? { kind, size, name, holders: [] };
    claims.set(`${kind} ${size}`, { ...claim, holders: [...claim.holders, holder] });
  }
  const [first, ...others] = [...claims.values()].sort(
    (one, other) => other.holders.length - one.holders.length,
  );
  if (!first) return undefined;
  const rest = others.slice(0, OTHER_CLAIMS_MAX).map(({ kind, size, holders }) => {
    return { kind, size, holders };
  });
  return { hash, ...first, ...(rest.length > 0 && { others: rest }) };
}
