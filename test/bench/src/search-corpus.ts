/** A LAN's worth of names: real titles in the ways in which people, cameras and release groups name files. */
import { Dice } from '@iwanto/peer';
import {
  type Album,
  albums,
  books,
  papers,
  plainWords,
  projects,
  software,
  sourceFiles,
} from './search-titles-paper.js';
import { films, series } from './search-titles-screen.js';
import { unseenFiles } from './search-unseen.js';

/** One file to find. */
export interface NamedFile {
  readonly path: string;
  /** What it is, however it is named: any file of the same key is a right answer. */
  readonly key: string;
  readonly about: About;
}

/** What a query maker may ask by. */
export interface About {
  readonly sort:
    | 'film'
    | 'episode'
    | 'track'
    | 'album'
    | 'book'
    | 'paper'
    | 'photo'
    | 'software'
    | 'source'
    | 'unseen';
  readonly title: string;
  readonly artist?: string;
  readonly album?: string;
  readonly year?: number;
  readonly season?: number;
  readonly episode?: number;
  readonly date?: string;
  /** Part of the real lists, not invented. */
  readonly isReal: boolean;
}

const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);
export const two = (number: number) => String(number).padStart(2, '0');
const dotted = (title: string) =>
  title.replace(/[^\p{L}\p{N}\p{M}]+/gu, '.').replace(/^\.|\.$/g, '');
const RESOLUTIONS = ['720p', '1080p', '2160p', '480p'];
const SOURCES = ['BluRay', 'WEB-DL', 'WEBRip', 'HDTV', 'BDRip', 'DVDRip'];
const CODECS = ['x264', 'x265', 'H.264', 'HEVC', 'XviD'];
const GROUPS =
  'RARBG NTb FGT SPARKS LOL KILLERS AMIABLE TiTAN CtrlHD EVO ION10 GalaxyRG YIFY DON ROVERS'.split(
    ' ',
  );

const release = (dice: Dice) =>
  `${dice.pick(RESOLUTIONS)}.${dice.pick(SOURCES)}.${dice.pick(CODECS)}-${dice.pick(GROUPS)}`;
const plainTitle = (dice: Dice, least = 2) =>
  Array.from({ length: least + dice.below(2) }, () => capital(dice.pick(plainWords))).join(
    dice.below(4) === 0 ? ' of the ' : ' ',
  );

type Maker = (dice: Dice) => NamedFile[];

function film(dice: Dice, title: string, year: number, isReal: boolean): NamedFile[] {
  const about: About = { sort: 'film', title, year, isReal };
  const key = `film ${title} ${year}`;
  const plain = title.replaceAll('/', '-');
  const shape = dice.below(4);
  const folder = shape < 2 ? `${plain} (${year})` : `${dotted(title)}.${year}.${release(dice)}`;
  const stem = shape === 0 ? `${plain} (${year})` : shape === 1 ? plain : folder;
  const base = `Films/${dice.pick(['', 'HD/', 'Classics/', `${Math.floor(year / 10)}0s/`])}${folder}/${stem}`;
  const endings = ['.mkv', ...['.nfo', '.en.srt', '-poster.jpg'].filter(() => dice.below(3) === 0)];
  if (dice.below(3) === 0) return [{ path: `Films/${stem}.mp4`, key, about }];
  return endings.map((ending) => ({ path: base + ending, key, about }));
}

function seasonOf(
  dice: Dice,
  { title, episodes }: { title: string; episodes: number },
  season: number,
  isReal: boolean,
): NamedFile[] {
  const shape = dice.below(6);
  const tail = release(dice);
  return Array.from({ length: episodes }, (_, at) => {
    const episode = at + 1;
    const code = `S${two(season)}E${two(episode)}`;
    const name =
      [
        `${title} - ${code}.mkv`,
        `${title} - ${season}x${two(episode)} - ${plainTitle(dice)}.avi`,
        `${dotted(title)}.${code}.${tail}.mkv`,
        `${two(episode)} - ${plainTitle(dice)}.mkv`,
        `${title} ${code} ${plainTitle(dice)}.mp4`,
        `${dotted(title).toLowerCase()}.s${two(season)}e${two(episode)}.hdtv.xvid-lol.avi`,
      ][shape] ?? '';
    const about: About = { sort: 'episode', title, season, episode, isReal };
    const path = `TV/${title}/Season ${dice.below(2) === 0 || shape === 3 ? season : two(season)}/${name}`;
    return { path, key: `episode ${title} ${season} ${episode}`, about };
  });
}

function record(
  dice: Dice,
  { artist, album, tracks }: Pick<Album, 'artist' | 'album' | 'tracks'>,
  isReal: boolean,
): NamedFile[] {
  const shape = dice.below(4);
  const ending = dice.pick(['mp3', 'flac', 'm4a', 'ogg']);
  const files = tracks.map((track, at): NamedFile => {
    const name = [
      `${two(at + 1)} ${track}`,
      `${two(at + 1)} - ${track}`,
      `${artist} - ${track}`,
      `${two(at + 1)}. ${artist} - ${track}`,
    ][shape];
    const about: About = { sort: 'track', title: track, artist, album, isReal };
    return {
      path: `Music/${artist}/${album}/${name?.replaceAll('/', '-')}.${ending}`,
      key: `track ${artist} ${album} ${track}`,
      about,
    };
  });
  const about: About = { sort: 'album', title: 'cover', artist, album, isReal };
  return [
    ...files,
    { path: `Music/${artist}/${album}/cover.jpg`, key: `cover ${artist} ${album}`, about },
  ];
}

const MAKERS: Readonly<Record<string, Maker>> = {
  film: (dice) => film(dice, plainTitle(dice), 1_930 + dice.below(95), false),
  episodes: (dice) =>
    seasonOf(
      dice,
      { title: plainTitle(dice), episodes: 6 + dice.below(18) },
      1 + dice.below(9),
      false,
    ),
  record: (dice) => {
    const tracks = Array.from({ length: 8 + dice.below(6) }, () =>
      plainTitle(dice, 1 + dice.below(2)),
    );
    return record(dice, { artist: plainTitle(dice, 1), album: plainTitle(dice, 1), tracks }, false);
  },
  book: (dice) => {
    const author = `${capital(dice.pick(plainWords))} ${capital(dice.pick(plainWords))}son`;
    return [bookFile(dice, author, plainTitle(dice), false)];
  },
  papers: (dice) => {
    const { kinds, subjects } = dice.pick(papers);
    const [kind, subject] = [dice.pick(kinds), dice.pick(subjects)];
    const [year, month, day] = [
      2_004 + dice.below(22),
      two(1 + dice.below(12)),
      two(1 + dice.below(28)),
    ];
    const name = dice.pick([
      `${year}-${month}-${day} ${kind} ${subject}`,
      `${capital(kind)} ${subject} ${year}`,
      `${kind}_${subject}_${day}.${month}.${year}`.replaceAll(' ', '_'),
      `${kind} ${subject} v${1 + dice.below(9)} final`,
      `${kind}-${1_000 + dice.below(900_000)}`,
    ]);
    const ending = dice.pick(['pdf', 'docx', 'odt', 'xlsx', 'doc']);
    const path = `Documents/${year}/${dice.pick(subjects)}/${name}.${ending}`;
    return [{ path, key: path, about: { sort: 'paper', title: name, isReal: true } }];
  },
  photos: (dice) => {
    const [year, month, day] = [
      2_008 + dice.below(18),
      two(1 + dice.below(12)),
      two(1 + dice.below(28)),
    ];
    const folder = dice.pick([
      `${year}-${month}-${day} ${capital(dice.pick(plainWords))}`,
      `${capital(dice.pick(plainWords))} ${year}`,
    ]);
    const shape = dice.below(3);
    return Array.from({ length: 10 + dice.below(40) }, (_, at): NamedFile => {
      const time = `${two(dice.below(24))}${two(dice.below(60))}${two(dice.below(60))}`;
      const name = [
        `IMG_${year}${month}${day}_${time}`,
        `DSC0${1_000 + dice.below(9_000)}`,
        `${year}-${month}-${day} ${time} ${at}`,
      ][shape];
      const path = `Photos/${year}/${folder}/${name}.jpg`;
      return {
        path,
        key: path,
        about: { sort: 'photo', title: name ?? '', date: `${year}${month}${day}`, isReal: true },
      };
    });
  },
  software: (dice) => {
    const [name, ending] = dice.pick(software);
    const version = `${1 + dice.below(30)}.${dice.below(12)}.${dice.below(20)}`;
    const at = name.indexOf('-');
    const file = at < 0 ? `${name}-${version}` : `${name.slice(0, at)}-${version}${name.slice(at)}`;
    const path = `Software/${dice.pick(['', 'old/', 'ISOs/', 'Tools/'])}${file}.${ending}`;
    return [
      {
        path,
        key: file,
        about: { sort: 'software', title: `${name.replaceAll('-', ' ')} ${version}`, isReal: true },
      },
    ];
  },
  sources: (dice) => {
    const project = dice.pick(projects);
    const owner = dice.pick(plainWords);
    const root = `Projects/${owner}/${project}${dice.pick(['', '-master', `-${dice.below(9)}.${dice.below(20)}`])}`;
    return Array.from({ length: 10 + dice.below(50) }, (): NamedFile => {
      const file = dice.pick(sourceFiles);
      const folder = dice.pick([
        '',
        'src/',
        'lib/',
        `src/${dice.pick(plainWords)}/`,
        `test/${dice.pick(plainWords)}/`,
      ]);
      const about: About = { sort: 'source', title: file, artist: project, isReal: true };
      return { path: `${root}/${folder}${file}`, key: `source ${project} ${file}`, about };
    });
  },
};

/** How much of a shelf each maker fills. */
const SHARES: Readonly<Record<string, number>> = {
  ...{ film: 12, episodes: 18, record: 14, book: 4 },
  ...{ papers: 14, photos: 16, software: 5, sources: 17 },
};

function bookFile(dice: Dice, author: string, title: string, isReal: boolean): NamedFile {
  const ending = dice.pick(['epub', 'pdf', 'mobi', 'azw3', 'fb2']);
  const name = dice.pick([`${author} - ${title}`, `${title} - ${author}`, title]);
  const about: About = { sort: 'book', title, artist: author, isReal };
  return { path: `Books/${author}/${name}.${ending}`, key: `book ${author} ${title}`, about };
}

/** Everything of the real lists. */
function realFiles(dice: Dice): NamedFile[] {
  return [
    ...films.flatMap(({ title, year }) => film(dice, title, year, true)),
    ...books.map(({ author, title }) => bookFile(dice, author, title, true)),
    ...albums.flatMap((album) => record(dice, album, true)),
    ...dice
      .shuffled(series)
      .slice(0, 24)
      .flatMap((show) => {
        const title = show.title.replaceAll('*', '.');
        const seasons = Array.from({ length: Math.min(5, show.seasons) }, (_, at) => at + 1);
        return seasons.flatMap((season) => seasonOf(dice, { ...show, title }, season, true));
      }),
  ];
}

/** `count` files with different paths. */
export function namedFiles(count: number, seed: number): NamedFile[] {
  const dice = new Dice(seed);
  const byPath = new Map<string, NamedFile>();
  const add = (files: readonly NamedFile[]) => {
    for (const file of files) if (byPath.size < count) byPath.set(file.path, file);
  };
  add(realFiles(dice));
  add(unseenFiles(new Dice(seed)));
  const rest = Math.max(0, count - byPath.size);
  const sum = Object.values(SHARES).reduce((total, share) => total + share, 0);
  for (const [maker, share] of Object.entries(SHARES)) {
    const end = byPath.size + Math.floor((rest * share) / sum);
    while (byPath.size < Math.min(end, count)) add(MAKERS[maker]?.(dice) ?? []);
  }
  while (byPath.size < count) add(MAKERS.papers?.(dice) ?? []);
  return dice.shuffled([...byPath.values()]);
}
