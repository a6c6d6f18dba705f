/** Lines to the peers that hold a content, shared by all downloads of this host. */
import { isIPv4 } from 'node:net';
import type { CurveKeys, Detours, PieceLost } from '@iwanto/bus';
import type { Dialled, GroupRoots } from '@iwanto/service';
import { type Holder, type PeerId, type Way, reasonOf } from '@iwanto/wire';
import { type AskingLine, groupLine } from './group-line.js';
import { type Connect, SourceLine } from './source-line.js';

/** A peer that could not be reached is left alone for this long, in ms. */
const RETRY_MS = 2_000;
/** An unused line is kept this long for the next download, in ms. */
const IDLE_MS = 5_000;

/** Whether an address is one a holder may have; loopback is for the caller to judge (HOSTILE 47). */
export function isDialable(address: string): boolean {
  if (!isIPv4(address)) return !/^(::|ff..:.*|fe80::a9fe:a9fe)$/i.test(address);
  const first = Number(address.split('.')[0]);
  return first !== 0 && first < 224 && address !== '169.254.169.254';
}

export type LineLost = (why: PieceLost) => void;

interface Shared {
  readonly holder: Holder;
  readonly line: SourceLine;
  readonly users: Set<LineLost>;
}

/** One user's hold on a line. */
export interface Hold {
  readonly line: AskingLine;
  release(): void;
}

export interface LinesOptions {
  readonly keys: CurveKeys;
  readonly self: PeerId;
  readonly connect?: Connect;
  readonly nowMs: () => number;
  /** The same holder at the address where the election sees it now; the tracker may have seen it elsewhere. */
  readonly placed?: (holder: Holder) => Holder;
  /** What helps to reach a peer that cannot be dialled. */
  readonly detoursTo?: (peer: PeerId) => Detours;
  /** How members of a group name its contents; undefined for a group whose key is not here. */
  readonly rootsOf?: ((group: string) => GroupRoots | undefined) | undefined;
  /** One sentence for the log. */
  readonly onTrouble?: (sentence: string) => void;
  /** Called with the way that led to a peer, or with none. */
  readonly onWay?: (dialled: Dialled, way: Way | undefined) => void;
}

/** One line per peer, opened for its first user and closed after its last. */
export class Lines {
  readonly #shared = new Map<PeerId, Shared>();
  readonly #lostAtMs = new Map<PeerId, number>();
  /** It was reported that no line can be opened. */
  #isInTrouble = false;

  constructor(private readonly options: LinesOptions) {}

  /** Who asks over these lines. */
  get self(): PeerId {
    return this.options.self;
  }

  /** A hold on the line to `holder`, or undefined if it was lost a moment ago or cannot be opened. */
  take(holder: Holder, onLost: LineLost): Hold | undefined {
    const lostAtMs = this.#lostAtMs.get(holder.peer);
    if (lostAtMs !== undefined && this.options.nowMs() - lostAtMs < RETRY_MS) return undefined;
    const shared = this.#shared.get(holder.peer) ?? this.#opened(this.#placed(holder));
    if (!shared) return undefined;
    shared.users.add(onLost);
    const line = this.#lineFor(holder, shared);
    return { line, release: () => this.#release(holder.peer, shared, onLost) };
  }

  /** What a group shares is asked for by names that only its members can make. */
  #lineFor({ group }: Holder, { line }: Shared): AskingLine {
    const roots = group === undefined ? undefined : this.options.rootsOf?.(group);
    return roots ? groupLine(line, roots) : line;
  }

  /** Addresses of peers may have changed: lines to old ones end, and may be reopened immediately. */
  followMoves(): void {
    for (const { holder, line } of [...this.#shared.values()]) {
      const { address, port } = this.#placed(holder);
      if (address === holder.address && port === holder.port) continue;
      line.close();
      this.#lostAtMs.delete(holder.peer);
    }
  }

  /** Ends the lines to these peers; whoever used one looks for others. */
  closeTo(isOne: (peer: PeerId) => boolean): void {
    for (const [peer, { line }] of [...this.#shared]) if (isOne(peer)) line.close();
  }

  closeAll(): void {
    for (const { line } of [...this.#shared.values()]) line.close();
  }

  #placed(holder: Holder): Holder {
    return this.options.placed?.(holder) ?? holder;
  }

  /** This host may be out of sockets or of temporary space: that must not end a download, or the service. */
  #opened(holder: Holder): Shared | undefined {
    try {
      const shared = this.#open(holder);
      this.#isInTrouble = false;
      return shared;
    } catch (cause) {
      this.#lostAtMs.set(holder.peer, this.options.nowMs());
      const why = `No line to ${holder.peer} could be opened: ${reasonOf(cause)}.`;
      if (!this.#isInTrouble) this.options.onTrouble?.(why);
      this.#isInTrouble = true;
      return undefined;
    }
  }

  #open(holder: Holder): Shared {
    const { keys, self, connect, detoursTo } = this.options;
    const users = new Set<LineLost>();
    const line = new SourceLine({
      holder,
      ...{ keys, self },
      ...(connect && { connect }),
      detours: detoursTo?.(holder.peer),
      onLost: (why) => this.#forget(holder.peer, users, why),
    });
    this.#noteWays(holder, line);
    const shared = { holder, line, users };
    this.#shared.set(holder.peer, shared);
    return shared;
  }

  /** The control line and the data line go to ports of their own, either of which may be closed. */
  #noteWays({ peer, address, port }: Holder, line: SourceLine): void {
    const { onWay } = this.options;
    void line.greeted.then((isGreeted) =>
      onWay?.({ peer, address, port, line: 'transfer' }, isGreeted ? line.way : undefined),
    );
    void line.ready.then((isReady) => {
      const { dataPort } = line;
      if (dataPort !== undefined)
        onWay?.({ peer, address, port: dataPort, line: 'data' }, isReady ? line.way : undefined);
    });
  }

  #forget(peer: PeerId, users: Set<LineLost>, why: PieceLost): void {
    if (this.#shared.get(peer)?.users !== users) return;
    this.#shared.delete(peer);
    this.#lostAtMs.set(peer, this.options.nowMs());
    for (const onLost of [...users]) onLost(why);
  }

  #release(peer: PeerId, shared: Shared, onLost: LineLost): void {
    shared.users.delete(onLost);
    if (shared.users.size > 0) return;
    setTimeout(() => this.#closeIdle(peer, shared), IDLE_MS).unref();
  }

  #closeIdle(peer: PeerId, shared: Shared): void {
    if (shared.users.size > 0 || this.#shared.get(peer) !== shared) return;
    this.#shared.delete(peer);
    shared.line.close();
  }
}
