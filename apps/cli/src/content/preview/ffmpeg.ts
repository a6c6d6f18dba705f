/** Asks ffmpeg, if it is installed, for frames of what one of our own addresses serves. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Failure, codeOf } from '@iwanto/wire';
import type { Picture } from './picture.js';

/** What cannot be decoded in this time does not count as a film, in ms; longer than a source is waited for. */
const LIMIT_MS = 45_000;
/** What is read to find out what a file is, in bytes. */
const PROBE_BYTES = 1_000_000;
/** Larger frames are refused by ffmpeg itself. */
const PIXELS_MAX = 100_000_000;
/** How much of a program's output is kept, in bytes. */
const OUTPUT_BYTES_MAX = 64 * 1_048_576;
const COMPLAINT_CHARACTERS_MAX = 200;

/** Only files that hold what they show: a list (HLS, concat) names others, on this disk too (HOSTILE 141). */
const FORMATS = [
  ...[
    'matroska,webm',
    'mov,mp4,m4a,3gp,3g2,mj2',
    'avi',
    'mpegts',
    'mpeg',
    'mpegvideo',
    'flv',
    'asf',
  ],
  ...['ogg', 'mp3', 'flac', 'wav', 'aac', 'ape', 'wv', 'rm', 'h264', 'hevc', 'ivf', 'nut', 'm4v'],
  ...['jpeg_pipe', 'png_pipe', 'webp_pipe', 'gif', 'gif_pipe', 'bmp_pipe', 'tiff_pipe', 'image2'],
  ...['psd_pipe', 'jpegxl_pipe', 'j2k_pipe', 'ppm_pipe', 'pgm_pipe', 'tga_pipe', 'qoi_pipe'],
].join(',');

const CAREFUL = [
  ...['-v', 'error', '-protocol_whitelist', 'http,tcp', '-format_whitelist', FORMATS],
  // With several threads a frame comes out only after others went in, which have to be fetched for that.
  ...['-threads', '1', '-probesize', String(PROBE_BYTES), '-max_pixels', String(PIXELS_MAX)],
];

/** How long a film or a song lasts, in seconds; undefined if it does not say. */
export async function secondsOf(address: string, signal: AbortSignal): Promise<number | undefined> {
  // ffprobe has no decoder that would know a limit on pixels.
  const careful = CAREFUL.slice(0, -2);
  const words = ['-show_entries', 'format=duration', '-of', 'default=nw=1:nk=1', '-i', address];
  const output = await run('ffprobe', [...careful, ...words], signal);
  const seconds = Number(output.toString().trim());
  return seconds > 0 ? seconds : undefined;
}

export interface FrameOptions {
  readonly address: string;
  readonly width: number;
  readonly height: number;
  /** With a place: the key frame there, on a ground of exactly this size; otherwise the picture, at most this large. */
  readonly atSeconds?: number;
  readonly signal: AbortSignal;
}

export async function frameOf(options: FrameOptions): Promise<Picture> {
  const { address, width, height, atSeconds, signal } = options;
  const isFrame = atSeconds !== undefined;
  const seek = isFrame ? ['-noaccurate_seek', '-ss', String(atSeconds)] : [];
  // Pixels need not be square; nothing is made larger.
  const fit = `scale=iw*sar:ih,scale='min(${width},iw)':'min(${height},ih)':force_original_aspect_ratio=decrease`;
  const ground = isFrame ? `,pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2` : '';
  const output = ['-frames:v', '1', '-vf', `${fit}${ground},setsar=1`, '-f', 'image2pipe'];
  const words = ['-nostdin', ...CAREFUL, ...seek, '-i', address, '-map', '0:v:0', ...output];
  return pictureIn(await run('ffmpeg', [...words, '-c:v', 'ppm', '-'], signal));
}

/** Portable pixmap: `P6`, width, height, 255, then the pixels. */
function pictureIn(ppm: Buffer): Picture {
  const [head = '', width, height] =
    /^P6\s(\d+)\s(\d+)\s255\s/.exec(ppm.toString('latin1', 0, 64)) ?? [];
  const picture = { width: Number(width), height: Number(height), rgb: ppm.subarray(head.length) };
  if (picture.width > 0 && picture.rgb.length === picture.width * picture.height * 3)
    return picture;
  throw new Failure('E_NOT_FOUND', 'There is no picture in it.');
}

async function run(
  program: string,
  words: readonly string[],
  signal: AbortSignal,
): Promise<Buffer> {
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]),
    killSignal: 'SIGKILL',
  });
  const output = outputOf(child);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < COMPLAINT_CHARACTERS_MAX) complaint += text;
  });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    if (code === 0) return await output;
  } catch (cause) {
    signal.throwIfAborted();
    if (codeOf(cause) === 'ENOENT') throw missing(program);
    throw new Failure(
      'E_UNEXPECTED',
      `${program} did not come to an end in ${LIMIT_MS / 1_000} s.`,
    );
  }
  throw new Failure('E_NOT_FOUND', `${program} finds no picture in it: ${reasonIn(complaint)}.`);
}

/** The first line without our own address, which means nothing to a reader, and without ffmpeg's name for its part. */
function reasonIn(complaint: string): string {
  const [first = ''] = complaint.slice(0, COMPLAINT_CHARACTERS_MAX).split('\n');
  return first.replace(/^\[[^\]]*\] |^http:\S+: /, '').replace(/\.$/, '');
}

async function outputOf({ stdout }: ChildProcess): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  stdout?.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes <= OUTPUT_BYTES_MAX) parts.push(part);
  });
  if (stdout) await once(stdout, 'end').catch(() => undefined);
  return Buffer.concat(parts);
}

const missing = (program: string) =>
  new Failure(
    'E_NOT_FOUND',
    `${program} is not installed: it takes the pictures out of films, songs and photos. Install the package ffmpeg.`,
  );
