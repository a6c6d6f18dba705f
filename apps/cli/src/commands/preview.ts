/** `iwanto preview CONTENT`: what it looks like, before it is downloaded: frames of a film, a cover, a photo, or lines of a text. */
import { rm, writeFile } from 'node:fs/promises';
import type { Bus, ReadFile, ReadOpened } from '@iwanto/bus';
import { EXIT } from '@iwanto/service';
import { Failure, codeOf, reasonOf } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { bytesOf } from '../content/bytes.js';
import { filesIn } from '../content/folder.js';
import { contentWords, openNamed } from '../content/named.js';
import { DRAWINGS, type Drawing, drawingOf, drawn } from '../content/preview/draw.js';
import { type Picture, pngOf } from '../content/preview/picture.js';
import { pictureOf } from '../content/preview/picture-of.js';
import { type Subject, subjectOf } from '../content/preview/subject.js';
import { TEXT_BYTES_MAX, firstLines } from '../content/preview/text.js';
import { pathFrom } from '../input.js';
import { jsonLine, remark, say, shown } from '../print.js';

/** Lines of a text, or of the list of a folder. */
const LINES_MAX = 20;
/** Lines of a terminal that stay free below a picture. */
const ROWS_LEFT = 2;
const SCREEN = { columns: 80, rows: 24 };

export const command = commandOf({
  options: (words) =>
    words
      .positional('content', contentWords)
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'Write the picture into this file, as a PNG',
      })
      .option('draw', {
        choices: DRAWINGS,
        requiresArg: true,
        describe: 'How the terminal shows pictures, if it does not say so itself',
      })
      .example('iwanto preview metropolis', 'Nine frames of the film')
      .example('iwanto preview 2 --out cover.png', 'The cover of a song, as a file')
      .epilogue(
        'Only a little is fetched: some 15 MiB of a large film. Pictures need ffmpeg, and are drawn only on a terminal. For a ' +
          'folder, its largest film is shown, else a photo, else the cover of a song, else its names. Exit codes: 0 done, ' +
          '2 wrong use, 3 not found, nothing to show or no ffmpeg, 4 services not running or no leader yet, ' +
          '5 no source left, 9 disk full, 13 the file exists, 32 verification failed.',
      ),
  run: ({ content, out, draw, json }) =>
    withBus(async (bus) => {
      const opened = await openNamed(bus, content, { glance: true });
      const found = await lookAt(bus, opened);
      if (found.lines && out !== undefined) {
        throw new Failure('E_BAD_REQUEST', `${opened.name} has no picture: leave out --out.`);
      }
      if (found.picture && out !== undefined) await writePicture(pathFrom(out), found.picture);
      if (json) return sayFacts(opened, found, out);
      if (found.lines) for (const line of found.lines) say(line);
      if (found.picture) showPicture(found.picture, out, draw);
      return EXIT.done;
    }),
});

/** A picture, or lines that can be printed as they are. */
interface Found {
  readonly kind: Subject['kind'] | 'text' | 'folder';
  readonly name: string;
  readonly picture?: Picture;
  readonly seconds?: number | undefined;
  readonly lines?: readonly string[];
}

async function lookAt(bus: Bus, opened: ReadOpened): Promise<Found> {
  const subject = await subjectOf(bus, opened);
  if (Array.isArray(subject)) return listOf(opened.name, subject);
  const { kind, name } = subject;
  if (subject.size === 0) throw nothingIn(name);
  if (kind !== 'other') {
    const looked = pictureOf(bus, subject);
    return looked.then((seen) => ({ kind, name, ...seen })).catch(namesInstead(bus, opened));
  }
  const parts: Uint8Array[] = [];
  const range = { from: 0, to: Math.min(subject.size, TEXT_BYTES_MAX) };
  for await (const part of bytesOf(bus, subject, range, new AbortController().signal)) {
    parts.push(part);
  }
  const lines = firstLines(Buffer.concat(parts), LINES_MAX);
  if (!lines) throw nothingIn(name);
  return { kind: 'text', name, lines };
}

/** Of a folder without a picture, or if ffmpeg is not installed, its names still say something. */
const namesInstead =
  (bus: Bus, { kind, name, hash }: ReadOpened) =>
  async (cause: unknown): Promise<Found> => {
    if (kind === 'file' || codeOf(cause) !== 'E_NOT_FOUND') throw cause;
    remark(shown(reasonOf(cause)));
    return listOf(name, await filesIn(bus, hash));
  };

const nothingIn = (name: string) =>
  new Failure(
    'E_NOT_FOUND',
    `Nothing of ${name} can be shown: it is neither a film nor a song, photo or text.`,
  );

function listOf(name: string, files: readonly ReadFile[]): Found {
  const names = files.slice(0, LINES_MAX).map(({ path }) => shown(path));
  const more = files.length - names.length;
  return { kind: 'folder', name, lines: more > 0 ? [...names, `… ${more} more`] : names };
}

async function writePicture(path: string, picture: Picture): Promise<void> {
  try {
    await writeFile(path, pngOf(picture), { flag: 'wx' });
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'EEXIST') throw new Failure('E_EXISTS', `${path} exists: name another file.`);
    // What was written so far is not a picture.
    await rm(path, { force: true });
    if (code === 'ENOSPC') throw new Failure('E_DISK_FULL', `The disk is too full for ${path}.`);
    throw new Failure('E_BAD_PATH', `${path} cannot be written: ${reasonOf(cause)}.`);
  }
}

function sayFacts({ hash }: ReadOpened, found: Found, out: string | undefined): number {
  const { kind, name, picture, seconds = null, lines = null } = found;
  const size = { width: picture?.width ?? null, height: picture?.height ?? null };
  const path = out === undefined ? null : pathFrom(out);
  say(jsonLine({ hash, kind, name, seconds, ...size, path, lines }));
  return EXIT.done;
}

function showPicture(picture: Picture, out: string | undefined, draw: Drawing | undefined): void {
  const { stdout } = process;
  if (!stdout.isTTY || process.env['TERM'] === 'dumb') {
    if (out !== undefined) return say(shown(pathFrom(out)));
    const sentence = 'A picture is drawn only on a terminal: write "--out FILE" for a PNG.';
    throw new Failure('E_BAD_REQUEST', sentence);
  }
  const isTrueColour = /^(truecolor|24bit)$/.test(process.env['COLORTERM'] ?? '');
  // A terminal that nobody set up has no columns.
  const columns = stdout.columns || SCREEN.columns;
  const rows = Math.max(1, (stdout.rows || SCREEN.rows) - ROWS_LEFT);
  const screen = { columns, rows, isTrueColour };
  stdout.write(drawn(picture, draw ?? drawingOf(process.env), screen));
}
