/** Which files of a folder can be played, and the playlist of them. */
import type { ReadFile } from '@iwanto/bus';
import type { FileHash } from '@iwanto/wire';
import mime from 'mime';
import type { Served } from './http-door.js';

/** Entries of one playlist: more make players slow. */
export const ENTRIES_MAX = 10_000;
export const PLAYLIST = 'playlist.m3u8';
const PLAYLIST_TYPE = 'audio/x-mpegurl; charset=utf-8';
const UNKNOWN_TYPE = 'application/octet-stream';

export const typeOf = (name: string): string => mime.getType(name) ?? UNKNOWN_TYPE;

const byName = new Intl.Collator('en', { numeric: true });

/** Films and music, in the order of their paths. */
export function playable(files: readonly ReadFile[]): ReadFile[] {
  return files
    .filter(({ path, size }) => size > 0 && /^(video|audio)\//.test(typeOf(path)))
    .sort((one, other) => byName.compare(one.path, other.path))
    .slice(0, ENTRIES_MAX);
}

export interface Entry {
  readonly name: string;
  readonly address: string;
}

/** One line must stay one line, whatever somebody calls a file. */
const oneLine = (text: string) => text.replace(/\p{Cc}/gu, ' ');

export function playlistOf(entries: readonly Entry[], folder: string, etag: FileHash): Served {
  const lines = entries.map(({ name, address }) => `#EXTINF:-1,${oneLine(name)}\n${address}\n`);
  const text = Buffer.from(`#EXTM3U\n${lines.join('')}`);
  return {
    ...{ name: `${folder}.m3u8`, type: PLAYLIST_TYPE, size: text.length, etag },
    async *bytes({ from, to }) {
      yield text.subarray(from, to);
    },
  };
}
