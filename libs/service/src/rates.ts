/** Limits on rates as a user writes them: `5M`, `off`, `1M 08:00-18:00, 10M 18:00-22:00`. */
import { Failure } from '@iwanto/wire';

const MINUTES_PER_HOUR = 60;
const MINUTES_PER_DAY = 1_440;
/** The longest text of a limit. */
export const RATE_RULES_CHARACTERS_MAX = 200;

/** Powers of 1,024 by letter; with a `B` behind them powers of 1,000, as `MB` is commonly meant. */
const POWERS = ['', 'k', 'm', 'g', 't'];

export interface RateRule {
  /** Undefined for no limit. */
  readonly bytesPerSecond: number | undefined;
  /** Minutes of the day, the end exclusive; both 0 for the whole day. */
  readonly fromMinute: number;
  readonly toMinute: number;
}

const wrong = (text: string) =>
  new Failure(
    'E_BAD_REQUEST',
    `"${text}" is not a rate: write 500K, 5M, 1.5MB/s or off, with hours if you like, such as "1M 08:00-18:00".`,
  );

/** Bytes per second; undefined for `off`. Failure E_BAD_REQUEST says how a rate is written. */
export function rateFrom(text: string): number | undefined {
  const typed = text.trim().toLowerCase();
  if (typed === 'off') return undefined;
  const parts = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?b)?(?:\/s)?$/.exec(typed);
  if (!parts) throw wrong(text);
  const [, number = '', letter = '', ending] = parts;
  const rate = Math.floor(
    Number(number) * (ending === 'b' ? 1_000 : 1_024) ** POWERS.indexOf(letter),
  );
  if (rate < 1 || !Number.isSafeInteger(rate)) throw wrong(text);
  return rate;
}

/** The rules of a limit, of which the first match applies; the empty list for none. */
export function rateRulesFrom(text: string): readonly RateRule[] {
  if (text.trim() === '') return [];
  return text.split(',').map((part) => {
    const words = part.trim().split(/\s+/);
    const hours =
      words.length > 1 ? /^(\d\d?):(\d\d)-(\d\d?):(\d\d)$/.exec(words.at(-1) ?? '') : null;
    const bytesPerSecond = rateFrom(words.slice(0, hours ? -1 : undefined).join(' '));
    if (!hours) return { bytesPerSecond, fromMinute: 0, toMinute: 0 };
    const [fromHour = 0, from = 0, toHour = 0, to = 0] = hours.slice(1).map(Number);
    const fromMinute = fromHour * MINUTES_PER_HOUR + from;
    const toMinute = toHour * MINUTES_PER_HOUR + to;
    const isTime = Math.max(fromMinute, toMinute) <= MINUTES_PER_DAY && Math.max(from, to) < 60;
    if (!isTime) throw wrong(text);
    return { bytesPerSecond, fromMinute, toMinute };
  });
}

/** The limit at a minute of the day; undefined for none. Hours may pass midnight. */
export function rateAt(rules: readonly RateRule[], minute: number): number | undefined {
  return rules.find(({ fromMinute, toMinute }) => {
    if (fromMinute < toMinute) return minute >= fromMinute && minute < toMinute;
    return fromMinute === toMinute || minute >= fromMinute || minute < toMinute;
  })?.bytesPerSecond;
}
