/** One announcer for each tracker that this host's catalogue goes to: the leader's and the first standby's. */
import type { PeerId } from '@iwanto/wire';
import { type AnnounceTarget, Announcer, type CatalogueLog } from './announce.js';
import type { LeaderLine } from './leader-line.js';
import { ownTarget } from './own-target.js';
import type { TrackerDesk } from './tracker-desk.js';
import { type Signer, signAnnouncement } from './tracker-signature.js';

export interface AnnouncersOptions {
  readonly identity: Signer;
  readonly catalogue: CatalogueLog;
  /** This host's own tracker. */
  readonly desk: Pick<TrackerDesk, 'held' | 'apply'>;
  readonly line: Pick<LeaderLine, 'mustLineTo' | 'trackers'>;
  readonly nowMs: () => number;
  readonly onTrouble: (sentence: string) => void;
  /** Given one sentence per announcement that was sent. */
  readonly onNote: (sentence: string) => void;
}

export class Announcers {
  readonly #announcers = new Map<PeerId, Announcer>();

  constructor(private readonly options: AnnouncersOptions) {}

  /** Starts announcing to the present trackers, and stops for former ones. */
  follow(): void {
    const trackers = new Set(this.options.line.trackers().map(({ peer }) => peer));
    for (const [peer, announcer] of this.#announcers) {
      if (trackers.has(peer)) continue;
      announcer.stop();
      this.#announcers.delete(peer);
    }
    for (const peer of trackers) if (!this.#announcers.has(peer)) this.#start(peer);
  }

  to(tracker: PeerId): Announcer | undefined {
    return this.#announcers.get(tracker);
  }

  /** How many entries a tracker has no space for. */
  get leftOut(): number {
    return Math.max(0, ...Array.from(this.#announcers.values(), ({ leftOut }) => leftOut));
  }

  /** The catalogue has a new revision. */
  changed(): void {
    for (const announcer of this.#announcers.values()) announcer.changed();
  }

  stop(): void {
    for (const announcer of this.#announcers.values()) announcer.stop();
  }

  #start(to: PeerId): void {
    const { catalogue, identity, nowMs, onTrouble } = this.options;
    const target = to === identity.peer ? ownTarget(this.options.desk, to) : this.#targetOver(to);
    const onNote = (sentence: string) => this.options.onNote(`To ${to}: ${sentence}`);
    this.#announcers.set(to, new Announcer({ target, catalogue, nowMs, onTrouble, onNote }));
  }

  #targetOver(to: PeerId): AnnounceTarget {
    const { identity, line } = this.options;
    const { peer } = identity;
    return {
      announced: () => line.mustLineTo(to).call('announced', { peer }),
      announce: (changes) =>
        line.mustLineTo(to).call('announce', signAnnouncement(identity, { peer, ...changes })),
    };
  }
}
