/** Names to search among: those of the machine's packages, and media, CJK and accented ones made from a seed. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Dice } from './dice.js';

const PACKAGE_LISTS = '/var/lib/dpkg/info';
const SYLLABLES =
  'ba be bi bo da de di do fa ga go ka ke la le li lo ma me mi na ne no pa pe ra re ri ro sa se si so ta te ti to va vi za'.split(
    ' ',
  );
const ENDINGS = ['', '', 'n', 'r', 's', 'l', 'nd', 'st', 'ng', 'ck'];
const ACCENTED =
  'café crème brûlée über schön größe niño año coração ação žluťoučký kůň łódź święto garçon façade naïve résumé smörgås fjäll ångström'.split(
    ' ',
  );
const KANJI_FROM = 0x4e00;
const KANJI_KINDS = 900;
const KANA_FROM = 0x3042;
const KANA_KINDS = 80;
const GROUPS = ['RARBG', 'NTb', 'FGT', 'SPARKS', 'LOL'];

/** One file to be found. */
export interface NamedFile {
  readonly path: string;
  readonly name: string;
}

type Maker = (dice: Dice, words: readonly string[]) => string;

const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);
const two = (number: number) => String(number).padStart(2, '0');

function title(dice: Dice, words: readonly string[], joint: string): string {
  return Array.from({ length: 2 + dice.below(4) }, () => capital(dice.pick(words))).join(joint);
}

const characters = (dice: Dice, from: number, kinds: number, count: number) =>
  String.fromCharCode(...Array.from({ length: count }, () => from + dice.below(kinds)));

const MAKERS: readonly Maker[] = [
  (dice, words) =>
    `${title(dice, words, '.')}.S${two(1 + dice.below(12))}E${two(1 + dice.below(24))}.${dice.pick(['720p', '1080p', '2160p'])}.${dice.pick(['WEB-DL', 'BluRay', 'HDTV'])}.x26${4 + dice.below(2)}-${dice.pick(GROUPS)}.mkv`,
  (dice, words) => `${title(dice, words, ' ')} (${1950 + dice.below(75)}).mp4`,
  (dice, words) =>
    `${two(1 + dice.below(20))} - ${title(dice, words, ' ')} - ${title(dice, words, ' ')}.mp3`,
  (dice, words) => `${title(dice, words, '')}${dice.below(100)}.java`,
  (dice, words) =>
    `${title(dice, words, '_').toLowerCase()}-v${dice.below(9)}.${dice.below(20)}.pdf`,
  (dice, words) =>
    `${capital(dice.pick(ACCENTED))} ${dice.pick(words)} ${dice.pick(ACCENTED)} ${dice.pick(words)}.odt`,
  (dice) =>
    `${characters(dice, KANJI_FROM, KANJI_KINDS, 2 + dice.below(4))}${characters(dice, KANA_FROM, KANA_KINDS, 2 + dice.below(4))}${dice.below(50)}.txt`,
];

/** Base names and paths of everything the machine's packages installed; empty where there is no such list. */
function packageFiles(): NamedFile[] {
  let lists: string[];
  try {
    lists = readdirSync(PACKAGE_LISTS).filter((name) => name.endsWith('.list'));
  } catch {
    return [];
  }
  return lists
    .flatMap((list) => readFileSync(join(PACKAGE_LISTS, list), 'utf8').split('\n'))
    .filter((path) => path.length > 2)
    .map((path) => ({ path: path.slice(1), name: path.slice(path.lastIndexOf('/') + 1) }));
}

function vocabulary(dice: Dice, size: number): string[] {
  const syllables = () =>
    Array.from({ length: 1 + dice.below(3) }, () => dice.pick(SYLLABLES)).join('');
  return Array.from({ length: size }, () => syllables() + dice.pick(ENDINGS));
}

/** At most `count` files with different names; half of them from the machine's packages where it has them. */
export function namedFiles(count: number, seed: number): NamedFile[] {
  const dice = new Dice(seed);
  const byName = new Map<string, NamedFile>();
  for (const file of dice.shuffled(packageFiles())) {
    if (byName.size >= count / 2) break;
    if (!byName.has(file.name)) byName.set(file.name, file);
  }
  const words = vocabulary(dice, 4_000);
  while (byName.size < count) {
    const name = dice.pick(MAKERS)(dice, words);
    const folder = `${capital(dice.pick(words))} ${dice.pick(words)}`;
    byName.set(name, { path: `made/${folder}/${name}`, name });
  }
  return dice.shuffled([...byName.values()]);
}
