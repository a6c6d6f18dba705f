/** Relays connections between peers that cannot reach each other, if the user allows it. */
import { type Bus, type NewsBody, type Relaying, Splices } from '@iwanto/bus';
import type { Config } from '@iwanto/service';
import { type PeerId, Recent, type Ticket } from '@iwanto/wire';
import type { Pace } from '../pace.js';

/** Recently answered tickets: the same question arrives from the peer itself and via the leader. */
const ANSWERED_MAX = 1_024;

export interface RelayDeskOptions {
  readonly bus: Pick<Bus, 'call' | 'subscribe'>;
  readonly config: Pick<Config, 'relay'>;
  readonly isBlocked: (peer: PeerId) => boolean;
  /** The limit on everything that is relayed. */
  readonly pace: Pace;
  readonly nowMs: () => number;
  readonly onInfo: (sentence: string) => void;
}

export class RelayDesk {
  readonly splices: Splices;
  readonly #answered = new Recent<Ticket, true>(ANSWERED_MAX);
  #isOn: boolean;
  #wasBusy = false;

  constructor(private readonly options: RelayDeskOptions) {
    const { bus, config, pace, nowMs } = options;
    this.#isOn = config.relay;
    this.splices = new Splices({
      pace: (bytes) => pace.take(bytes, nowMs()),
      onChange: () => this.#noteChange(),
    });
    bus.subscribe('relay.asked', (asked) => this.#consider(asked));
  }

  /** Turned off, it ends the connections that it relays; otherwise those of peers that are blocked now. */
  reconfigure({ relay }: Pick<Config, 'relay'>): void {
    this.#isOn = relay;
    this.splices.close((end) => !relay || this.options.isBlocked(end));
  }

  view(): Relaying {
    const { count: connections, bytes } = this.splices;
    return { isOn: this.#isOn, connections, bytes };
  }

  /** A refused peer gets no answer, and asks another one after a moment. */
  #consider(asked: NewsBody<'relay.asked'>): void {
    const { caller, callee, ticket } = asked;
    const isNew = this.#answered.get(ticket) === undefined;
    this.#answered.set(ticket, true);
    const ends = [caller, callee] as const;
    if (!this.#isOn || !isNew || ends.some((end) => this.options.isBlocked(end))) return;
    if (!this.splices.expect({ ticket, ends })) return;
    this.options.bus.call('relay.agree', asked).catch(() => undefined);
  }

  /** One line when it begins to relay, and one when it has ended. */
  #noteChange(): void {
    const isBusy = this.splices.count > 0;
    if (isBusy === this.#wasBusy) return;
    this.#wasBusy = isBusy;
    const { bytes } = this.splices;
    if (isBusy) this.options.onInfo('Relaying between peers that cannot reach each other.');
    else this.options.onInfo(`Relaying has ended; ${bytes} bytes were relayed since the start.`);
  }
}
