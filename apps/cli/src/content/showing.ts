/** A content behind a door: a film with its subtitles, or a folder as a playlist. */
import type { Bus, ReadFile, ReadOpened } from '@iwanto/bus';
import { Failure } from '@iwanto/wire';
import { type Wanted, bytesOf } from './bytes.js';
import { filesIn } from './folder.js';
import { HttpDoor, type Served } from './http-door.js';
import { paced } from './paced.js';
import { type Entry, PLAYLIST, playable, playlistOf, typeOf } from './playlist.js';
import { areSubtitlesOf, isFilm, isSubtitle, subtitlesBeside } from './subtitles.js';

export interface Showing {
  readonly address: string;
  readonly subtitles: readonly Entry[];
  close(): void;
}

export interface ShowingOptions {
  readonly bus: Bus;
  readonly opened: ReadOpened;
  /** Devices in the network of this address may ask for it; otherwise only this host may. */
  readonly at?: string | undefined;
  /** Bytes are missing: a client got less than was promised. */
  readonly onFailed: (failure: Failure) => void;
}

/** E_NOT_FOUND for a folder that holds nothing that can be played. */
export async function show(options: ShowingOptions): Promise<Showing> {
  const { bus, opened, at, onFailed } = options;
  const { hash, name, size } = opened;
  const files = opened.kind === 'directory' ? await playableIn(bus, opened) : undefined;
  const beside = files ? [] : await subtitlesBeside(bus, { hash, name, size });
  const things = new Map<string, Served>();
  const door = new HttpDoor({ address: at, served: (path) => things.get(path), onFailed });
  const addressOf = await door.open();
  const offer = new Offer(bus, things, { addressOf, nameOf: at === undefined ? exact : short });
  const first = files ? offer.folder(opened, files) : offer.file({ hash, size }, name);
  const subtitles = files
    ? offer.all(hash, subtitlesIn(files))
    : beside.map((one) => ({ name: one.name, address: offer.file(one, one.name) }));
  return { address: first, subtitles, close: () => door.close() };
}

const exact = (name: string) => encodeURIComponent(name);

/** Characters of a name in an address that is typed with a remote control, or read by a camera. */
const SHORT_MAX = 16;

function short(name: string): string {
  const [, stem = '', suffix = ''] = /^(.*?)(\.\w{1,5})?$/s.exec(name) ?? [];
  return `${stem.replace(/\W+/g, '_').slice(0, SHORT_MAX)}${suffix}`;
}

/** How addresses are made. */
interface Addresses {
  readonly addressOf: (path: string) => string;
  readonly nameOf: (name: string) => string;
}

/** Fills the table of what is served. */
class Offer {
  constructor(
    private readonly bus: Bus,
    private readonly things: Map<string, Served>,
    private readonly addresses: Addresses,
  ) {}

  /** The address of one file. */
  file(file: Wanted & { readonly size: number }, name: string): string {
    const { addressOf, nameOf } = this.addresses;
    const number = String(this.things.size);
    const path = `${number}/${nameOf(name)}`;
    const type = typeOf(name);
    this.things.set(number, {
      ...{ name, type, size: file.size, etag: file.hash, isForPages: isSubtitle(name) },
      bytes: (range, signal) => paced(bytesOf(this.bus, file, range, signal), signal),
    });
    return addressOf(path);
  }

  /** Names and addresses of files in a folder. */
  all(within: ReadOpened['hash'], files: readonly ReadFile[]): Entry[] {
    return files.map(({ path, hash, size }) => {
      const name = path.slice(path.lastIndexOf('/') + 1);
      return { name: path, address: this.file({ hash, within, size }, name) };
    });
  }

  /** The address of a playlist. */
  folder({ hash, name }: ReadOpened, files: readonly ReadFile[]): string {
    const entries = this.all(hash, playable(files));
    this.things.set(PLAYLIST, playlistOf(entries, name, hash));
    return this.addresses.addressOf(PLAYLIST);
  }
}

function subtitlesIn(files: readonly ReadFile[]): ReadFile[] {
  const films = files.filter(({ path }) => isFilm(path));
  return files.filter(({ path, size }) =>
    films.some((film) => areSubtitlesOf(film.path, { name: path, size })),
  );
}

async function playableIn(bus: Bus, { hash, name }: ReadOpened): Promise<ReadFile[]> {
  const files = await filesIn(bus, hash);
  if (playable(files).length > 0) return files;
  const sentence = `Nothing in ${name} can be played: it contains no film and no music.`;
  throw new Failure('E_NOT_FOUND', sentence);
}
