/** The limits on what this host fetches, sends and relays: from the configuration, by time of day, changed while running. */
import { type Paths, rateAt, rateRulesFrom, updateConfig } from '@iwanto/service';

const MINUTES_PER_HOUR = 60;

export interface LimitTexts {
  readonly download: string;
  readonly upload: string;
  readonly relay: string;
}

export interface RateLimitsOptions {
  readonly paths: Paths;
  readonly limits: LimitTexts;
  /** The time of day is a user's, so the wall clock counts. */
  readonly now: () => Date;
}

export class RateLimits {
  #texts: LimitTexts;

  constructor(private readonly options: RateLimitsOptions) {
    this.#texts = options.limits;
  }

  get texts(): LimitTexts {
    return this.#texts;
  }

  /** Bytes per second now; undefined for no limit. */
  readonly download = (): number | undefined => this.#now(this.#texts.download);
  readonly upload = (): number | undefined => this.#now(this.#texts.upload);
  readonly relay = (): number | undefined => this.#now(this.#texts.relay);

  /** Applies the present configuration, which was checked when it was read. */
  reconfigure(limits: LimitTexts): void {
    this.#texts = limits;
  }

  /** Failure E_BAD_REQUEST for what is not a rate; otherwise it applies from now on, permanently. */
  async set(change: { readonly [K in keyof LimitTexts]?: LimitTexts[K] | undefined }) {
    const texts = {
      download: change.download ?? this.#texts.download,
      upload: change.upload ?? this.#texts.upload,
      relay: change.relay ?? this.#texts.relay,
    };
    for (const text of Object.values(texts)) rateRulesFrom(text);
    await updateConfig(this.options.paths, (config) => ({ ...config, limits: texts }));
    this.#texts = texts;
    return texts;
  }

  #now(text: string): number | undefined {
    if (text === '') return undefined;
    const now = this.options.now();
    return rateAt(rateRulesFrom(text), now.getHours() * MINUTES_PER_HOUR + now.getMinutes());
  }
}
