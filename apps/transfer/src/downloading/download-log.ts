/** The log lines of downloads: the start and the end of each, with size, time, rate, sources and reason. */
import type { Download } from '@iwanto/bus';
import { setRecent } from '@iwanto/wire';

/** Downloads whose last state is remembered. */
const DOWNLOADS_MAX = 1_000;

type State = Download['state'];

const ENDED: readonly State[] = ['done', 'failed', 'cancelled'];

export class DownloadLog {
  readonly #states = new Map<string, State>();

  constructor(private readonly info: (sentence: string) => void) {}

  /** Takes every view of a download; only a change of its state is written. */
  note(view: Download): void {
    const before = this.#states.get(view.hash);
    if (before === view.state) return;
    setRecent(this.#states, [view.hash, view.state], DOWNLOADS_MAX);
    const sentence = sentenceOf(view, before);
    if (sentence) this.info(`Download ${view.hash} ${sentence}`);
  }
}

function sentenceOf(view: Download, before: State | undefined): string | undefined {
  const { bytes, bytesDone, files, path, state, failure } = view;
  switch (state) {
    case 'locating':
      return `of "${view.name}" begins.`;
    case 'running':
      return `runs: ${files === 1 ? '1 file' : `${files} files`}, ${bytes} bytes.`;
    case 'stalled':
      return `has no source at the moment: ${bytesDone} of ${bytes} bytes are there.`;
    case 'paused':
      return `is paused: ${bytesDone} of ${bytes} bytes are there.`;
    case 'done':
      return `is done; it is in "${path}": ${workOf(view)}.`;
    case 'failed':
      return `failed after ${workOf(view)}: ${failure?.code ?? 'E_UNEXPECTED'}, ${failure?.sentence ?? 'no reason was given.'}`;
    case 'cancelled':
      return before !== undefined && ENDED.includes(before)
        ? undefined
        : `was cancelled after ${workOf(view)}.`;
  }
}

function workOf({ bytesDone, bytesPerSecond, seconds, sources }: Download): string {
  const rate = Math.round(bytesPerSecond);
  const from = sources === 1 ? '1 source' : `${sources} sources`;
  return `${bytesDone} bytes in ${seconds.toFixed(1)} s, ${rate} bytes per second, from ${from}`;
}
