/** Words of little weight: what releases are decorated with, and the small words of the languages. */
import { distance } from './similarity.js';

/** From the first of these on, a name speaks of the release, not of the work. */
const RELEASE =
  /(?<![a-z0-9])(?:\d{3,4}[pi](?![a-z])|[xh][. ]?26[45](?!\d)|hevc|xvid|divx|blu-?ray|b[dr]rip|web-?dl|web-?rip|hdtv|hdrip|dvd-?rip|dvdscr|remux|uhd|10-?bit|hdcam|\d{3} ?kbps)(?![a-z])/i;
/** The group that some put in front: `[Group] Show - 01`. */
const GROUP_IN_FRONT = /^\[[^\]]{2,24}\]\s*/;

const SMALL = new Set(
  (
    'the a an and of in on at to for by with from is it or as el la le les los las der die das den dem des ein eine und ' +
    'et de du di da do il lo gli i un une uno en et og na y e o van het een i w z и в на с و في من'
  ).split(' '),
);
const DECORATION = new Set(
  (
    'proper repack rerip internal limited unrated extended remastered uncut dubbed subbed multi dual complete hd uhd hdr sdr dts ' +
    'aac ac3 flac eac3 atmos amzn nf dsnp movie download torrent free online watch rip web dvd bluray hdtv official video audio full copy final cd1 cd2 ' +
    'eng ger fre spa ita rus jpn vostfr'
  ).split(' '),
);

/** How much words of each sort count compared with a significant one. */
export const WEIGHTS = {
  telling: 1,
  small: 0.25,
  year: 0.3,
  decoration: 0.3,
  release: 0.06,
} as const;

/** Where in a folded text the words about the release begin and where the work's name begins. */
export interface WorkPart {
  readonly from: number;
  readonly to: number;
}

/** The part of a text that names the work. */
export function workPartOf(text: string): WorkPart {
  const from = text.startsWith('[') ? (GROUP_IN_FRONT.exec(text)?.[0].length ?? 0) : 0;
  const release = text.length < 6 ? -1 : text.slice(from).search(RELEASE);
  const begins = from < text.length ? from : 0;
  return { from: begins, to: release <= 0 ? text.length : begins + release };
}

/** True for three letters one of which is wrong in a small word, or two of which changed places: `teh`, `tke`, `adn`. */
export function isNearSmall(word: string): boolean {
  if (word.length !== 3 || SMALL.has(word)) return false;
  return ['the', 'and', 'der', 'die', 'das', 'les', 'los'].some(
    (small) => small[0] === word[0] && distance(small, word, 1) === 1,
  );
}

const WEIGHT_OF = new Map([
  ...Array.from(DECORATION, (word) => [word, WEIGHTS.decoration] as const),
  ...Array.from(SMALL, (word) => [word, WEIGHTS.small] as const),
]);

/** The weight of a word of the work's name. */
export const weightOf = (word: string): number => WEIGHT_OF.get(word) ?? WEIGHTS.telling;

/** The largest difference that rareness makes between two words. */
const RARENESS = { least: 0.6, most: 1.6, span: 9 } as const;

/** A word that nobody has gets no more weight than one that some have. */
export function rarenessOf(count: number, all: number): number {
  if (count === 0) return 1;
  const bits = Math.log2(Math.max(2, all) / count);
  const { least, most, span } = RARENESS;
  return Math.min(most, least + ((most - least) * bits) / (span * 1.6));
}
