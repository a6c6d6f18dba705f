/** Limits on rates as a user writes them. */
import { describe, expect, test } from '@jest/globals';
import { rateAt, rateFrom, rateRulesFrom } from './rates.js';

describe('a rate', () => {
  test.each([
    ['500K', 512_000],
    ['5M', 5_242_880],
    ['5MB/s', 5_000_000],
    ['1.5 MiB/s', 1_572_864],
    ['100', 100],
    ['off', undefined],
  ])('%s is %s bytes a second', (text, rate) => expect(rateFrom(text)).toBe(rate));

  test.each(['', '-1M', '0', 'fast', '5X', '1e9', '99999999999T'])('%s is refused', (text) => {
    expect(() => rateFrom(text)).toThrow('is not a rate');
  });
});

describe('hours', () => {
  const minute = (text: string) => {
    const [hours = 0, minutes = 0] = text.split(':').map(Number);
    return hours * 60 + minutes;
  };

  test('the first rule that fits counts, and the end is not in it', () => {
    const rules = rateRulesFrom('1K 08:00-18:00, 2K 18:00-22:00');
    expect(rateAt(rules, minute('07:59'))).toBeUndefined();
    expect(rateAt(rules, minute('08:00'))).toBe(1_024);
    expect(rateAt(rules, minute('18:00'))).toBe(2_048);
    expect(rateAt(rules, minute('22:00'))).toBeUndefined();
  });

  test('may pass midnight', () => {
    const rules = rateRulesFrom('off 22:00-06:00, 1K');
    expect(rateAt(rules, minute('23:00'))).toBeUndefined();
    expect(rateAt(rules, minute('05:59'))).toBeUndefined();
    expect(rateAt(rules, minute('06:00'))).toBe(1_024);
  });

  test('that are none are refused', () => {
    for (const text of ['1K 25:00-26:00', '1K 08:61-09:00', '1K 8-9', '1K,', ',']) {
      expect(() => rateRulesFrom(text)).toThrow('is not a rate');
    }
    expect(rateRulesFrom('')).toEqual([]);
  });
});
