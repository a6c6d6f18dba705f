/** Returns memory that only the start and the joining needed, when nobody depends on this host. */
import { lookRegularly } from '@iwanto/bus';
import type { LeadershipView } from '@iwanto/consensus';

/** How often that is checked, in ms. */
const LOOK_MS = 20_000;

export interface LeisureOptions {
  readonly role: () => LeadershipView['role'];
  /** Members of the cluster that this host knows. */
  readonly members: () => number;
  /** Blocks for some 100 ms, which a leader or a standby could not do: others would take over. */
  readonly giveBack: () => void;
}

export class Leisure {
  #looks = 0;
  readonly #stopLooking: () => void;

  constructor(private readonly options: LeisureOptions) {
    this.#stopLooking = lookRegularly(() => this.look(), LOOK_MS);
  }

  /** Does it once in each time of leisure, at the second look in a row: a new member may become a standby soon. */
  look(): void {
    this.#looks = this.#hasLeisure() ? this.#looks + 1 : 0;
    if (this.#looks === 2) this.options.giveBack();
  }

  close(): void {
    this.#stopLooking();
  }

  #hasLeisure(): boolean {
    const role = this.options.role();
    return role === 'follower' || (role === 'leader' && this.options.members() === 0);
  }
}
