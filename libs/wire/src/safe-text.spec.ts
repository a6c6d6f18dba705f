/** Text from other hosts is made harmless, and what people write is left alone. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { safeJson, safeText } from './safe-text.js';

describe('text from other hosts (HOSTILE 60)', () => {
  test.each([
    ['a newline', 'a\nb', 'a\\x0ab'],
    ['colour', '\u001b[31mred', '\\x1b[31mred'],
    ['the clipboard (OSC 52)', '\u001b]52;c;aGk=\u0007', '\\x1b]52;c;aGk=\\x07'],
    ['C1 controls', '\u009b31m', '\\x9b31m'],
    ['text turned around', 'gnp.\u202eexe', 'gnp.\\u{202e}exe'],
    ['zero width', 'a\u200bb', 'a\\u{200b}b'],
    ['a joiner where none belongs', 'a\u200db', 'a\\u{200d}b'],
    ['a hidden tag', 'a\u{e0041}b', 'a\\u{e0041}b'],
    ['half a character', 'a\ud800b', 'a\\u{d800}b'],
  ])('shows %s instead of sending it', (_, sent, seen) => {
    expect(safeText(sent)).toBe(seen);
    expect(JSON.parse(safeJson(JSON.stringify({ name: sent })))).toEqual({ name: sent });
  });

  test('leaves what people write alone', () => {
    for (const text of ['Übung', '日本語.txt', '🎬 film', 'a b', '👨‍👩‍👧 family', '🏳️‍🌈', 'می‌خواهم'])
      expect(safeText(text)).toBe(text);
  });

  test('whatever the name, nothing unprintable is left and JSON keeps it', () => {
    const units = fc
      .array(fc.integer({ min: 0, max: 0xffff }))
      .map((codes) => String.fromCharCode(...codes));
    fc.assert(
      fc.property(units, (name) => {
        expect(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(safeText(name))).toBe(false);
        const line = safeJson(JSON.stringify(name));
        expect(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(line)).toBe(false);
        expect(JSON.parse(line)).toBe(name);
      }),
    );
  });
});
