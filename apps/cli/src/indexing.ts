/** How far indexing has got, in one line. */
import type { Indexing } from '@iwanto/bus';
import { sizeText } from '@iwanto/wire';
import { countText, timeText } from './print.js';

export function indexingText(indexing: Indexing): string {
  const { filesDone, filesTotal, bytesDone, bytesTotal, bytesPerSecond, secondsLeft } = indexing;
  const rate = bytesPerSecond === null ? '' : `, ${sizeText(bytesPerSecond)}/s`;
  const left = secondsLeft === null ? '' : `, ${timeText(secondsLeft)} left`;
  const files = `${filesDone} of ${countText(filesTotal, 'file')}`;
  return `indexing ${files}, ${sizeText(bytesDone)} of ${sizeText(bytesTotal)}${rate}${left}`;
}
