/** Films made by ffmpeg, in the forms that differ most in where their index is. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** How long ffmpeg may take, in ms. */
const LIMIT_MS = 60_000;

const ffmpeg = (...words: string[]) =>
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', ...words], { timeout: LIMIT_MS });

/** `tail.mp4` with its index at the end, `cues.mkv` and `index.avi`, of the same frames and sound. */
export function makeFilms(folder: string, seconds: number): void {
  const mp4 = join(folder, 'tail.mp4');
  const picture = `testsrc=size=320x180:rate=25:duration=${seconds}`;
  const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', `sine=duration=${seconds}`];
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '25'];
  // A needlessly high bit rate makes files of many pieces.
  const rate = [
    '-b:v',
    '3M',
    '-minrate',
    '3M',
    '-maxrate',
    '3M',
    '-bufsize',
    '3M',
    '-x264-params',
    'nal-hrd=cbr',
  ];
  ffmpeg(...inputs, ...video, ...rate, '-c:a', 'libmp3lame', mp4);
  for (const name of ['cues.mkv', 'index.avi']) ffmpeg('-i', mp4, '-c', 'copy', join(folder, name));
}

/** A photo of 320 by 180 pixels. */
export function makePicture(path: string): void {
  ffmpeg('-f', 'lavfi', '-i', 'testsrc=size=320x180:duration=1', '-frames:v', '1', path);
}
