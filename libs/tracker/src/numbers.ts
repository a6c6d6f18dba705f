/** Numbers in all their spellings: leading zeros, Roman, in words; and which numbers are years and dates. */

const WORDS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'.split(
    ' ',
  );
const ROMANS = 'i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx'.split(' ');

const NUMBER_OF = new Map([
  ...WORDS.map((word, value) => [word, String(value)] as const),
  ...ROMANS.map((roman, at) => [roman, String(at + 1)] as const),
]);

/** Other words that mean the same. */
const SAME_WORDS = {
  ...{ '&': 'and', '+': 'and', n: 'and', und: 'and', et: 'and' },
  ...{ vol: 'volume', pt: 'part', ft: 'feat', featuring: 'feat', versus: 'vs' },
  ...{ doctor: 'dr', mister: 'mr', saint: 'st', ep: 'episode' },
};
const MEANINGS = new Map<string, string>([...NUMBER_OF, ...Object.entries(SAME_WORDS)]);
const KIN = new Map<string, string[]>();
for (const [word, value] of MEANINGS) {
  KIN.set(value, [...(KIN.get(value) ?? []), word]);
}

/** The representative of a word and of all its synonyms. */
export const meaningOf = (word: string): string => MEANINGS.get(word) ?? word;

/** The other words that mean the same as this one. */
export function kinOf(word: string): string[] {
  const meaning = meaningOf(word);
  const kin = KIN.get(meaning) ?? [];
  return [meaning, ...kin].filter((other) => other !== word);
}

export const isNumber = (word: string): boolean => {
  const code = word.charCodeAt(0);
  return code >= 48 && code <= 57;
};

/** A number without leading zeros. */
export function plainNumber(digits: string): string {
  let at = 0;
  while (at < digits.length - 1 && digits.charCodeAt(at) === 48) at += 1;
  return at === 0 ? digits : digits.slice(at);
}

const YEAR_MIN = 1_900;
const YEAR_MAX = 2_039;

export function isYear(word: string): boolean {
  if (word.length !== 4 || !isNumber(word)) return false;
  const value = Number(word);
  return value >= YEAR_MIN && value <= YEAR_MAX;
}

/** `yyyymmdd` if the three are a date, else undefined. */
export function dateOf(year: string, month: string, day: string): string | undefined {
  if (!isYear(year) || month.length > 2 || day.length > 2) return undefined;
  const [monthNumber, dayNumber] = [Number(month), Number(day)];
  if (monthNumber < 1 || monthNumber > 12 || dayNumber < 1 || dayNumber > 31) return undefined;
  return year + month.padStart(2, '0') + day.padStart(2, '0');
}
