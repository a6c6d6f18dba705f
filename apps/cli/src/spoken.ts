/** Bytes as words that two people can read to each other: proquints, five letters for 16 bits, no dictionary needed. */

const CONSONANTS = 'bdfghjklmnprstvz';
const VOWELS = 'aiou';

/** `hex` holds a whole number of 16-bit groups. */
export const spoken = (hex: string): string =>
  (hex.match(/.{4}/g) ?? []).map((group) => wordOf(Number.parseInt(group, 16))).join(' ');

function wordOf(bits: number): string {
  const consonant = (shift: number) => CONSONANTS.charAt((bits >> shift) & 15);
  const vowel = (shift: number) => VOWELS.charAt((bits >> shift) & 3);
  return consonant(12) + vowel(10) + consonant(6) + vowel(4) + consonant(0);
}
