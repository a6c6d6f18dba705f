/** The screen of `iwanto top` as lines that fit it, rendered from one snapshot: pure, so that every size can be tested. */
import type { Download } from '@iwanto/bus';
import { sizeText } from '@iwanto/wire';
import { indexingText } from '../indexing.js';
import { countText, shown } from '../print.js';
import { downloadLines } from '../screen/download-line.js';
import { padded, shortenedEnd, shortenedMiddle } from '../screen/width.js';
import type { Moment, UploadLine } from './model.js';

/** One line, and how it is highlighted. */
export interface Line {
  readonly text: string;
  readonly look?: 'title' | 'chosen' | 'trouble' | 'faint';
}

export interface View {
  readonly columns: number;
  readonly rows: number;
  /** The place of the chosen download. */
  readonly chosen: number;
  /** What the last key did, or what went wrong. */
  readonly message: string;
}

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
const SPARK_COLUMNS_MAX = 30;
const RATE_COLUMNS = 12;
const KEYS = '↑↓ choose  p pause/resume  c cancel  o open  q quit';

/** Rates as bars, the latest at the right; the highest shown one is a full bar. */
export function sparkline(rates: readonly number[], columns: number): string {
  const last = rates.slice(-columns);
  const most = Math.max(...last, 1);
  const bar = (rate: number) =>
    rate <= 0
      ? BARS[0]
      : (BARS[Math.min(BARS.length - 1, Math.ceil((rate / most) * 7))] ?? BARS[0]);
  return last.map(bar).join('').padStart(columns, ' ');
}

/** Exactly as many lines as fit: each narrower than the screen, the keys on the last one. */
export function topLines(moment: Moment, view: View): Line[] {
  const { columns, rows, message } = view;
  const head = headLines(moment, columns);
  const foot: Line[] = [
    message === '' ? { text: KEYS, look: 'faint' } : { text: message, look: 'trouble' },
  ];
  const room = rows - head.length - foot.length - 1;
  const body = bodyLines(moment, view, Math.max(0, room));
  const all = [...head, ...body].slice(0, Math.max(0, rows - 1 - foot.length));
  const filler = Array.from({ length: Math.max(0, rows - 1 - foot.length - all.length) }, () => ({
    text: '',
  }));
  return [...all, ...filler, ...foot].map((line) => ({
    ...line,
    text: shortenedEnd(line.text, columns - 1),
  }));
}

function headLines({ picture, down, up }: Moment, columns: number): Line[] {
  const { peer, name, leader, leaderName, epoch, services, shared, peers } = picture;
  const who =
    leader === null
      ? 'no leader'
      : `leader ${leader === peer ? 'this host' : shown(leaderName ?? leader)}`;
  const absent = Object.entries(services).filter(([, state]) => state !== 'ready');
  const spark = Math.max(8, Math.min(SPARK_COLUMNS_MAX, Math.floor(columns / 2) - 20));
  const rate = (rates: readonly number[]) =>
    padded(`${sizeText(rates.at(-1) ?? 0)}/s`, RATE_COLUMNS, 'right');
  const both = `down ${sparkline(down, spark)}${rate(down)}  up ${sparkline(up, spark)}${rate(up)}`;
  return [
    {
      text: `iwanto  ${shown(name ?? peer ?? '')}  ${who}  epoch ${epoch ?? 0}  ${countText(peers.length, 'peer')}`,
      look: 'title',
    },
    ...absent.map(([service, state]): Line => ({ text: `${service}: ${state}`, look: 'trouble' })),
    {
      text: shared
        ? `shared  ${countText(shared.files, 'file')}, ${sizeText(shared.bytes)}${shared.indexing.active ? `  ${indexingText(shared.indexing)}` : ''}`
        : '',
    },
    { text: both },
  ];
}

function bodyLines(moment: Moment, view: View, room: number): Line[] {
  const downloads = downloadPart(moment.downloads, view, Math.max(3, Math.floor(room / 2)));
  const uploads = uploadPart(moment.uploads, view.columns, Math.max(2, Math.floor(room / 4)));
  const peers = peerPart(moment, view.columns, room - downloads.length - uploads.length);
  return [...downloads, ...uploads, ...peers];
}

function downloadPart(downloads: readonly Download[], view: View, room: number): Line[] {
  const title: Line = { text: `DOWNLOADS ${downloads.length}`, look: 'title' };
  if (downloads.length === 0) return [title, { text: '  none', look: 'faint' }];
  const shownMax = Math.max(1, room - 1);
  const first = Math.max(0, Math.min(view.chosen - shownMax + 1, downloads.length - shownMax));
  const part = downloads.slice(first, first + shownMax);
  const lines = downloadLines(part, view.columns - 3);
  return [
    title,
    ...lines.map((text, at): Line => {
      const isChosen = first + at === view.chosen;
      return {
        text: `${isChosen ? '>' : ' '} ${text}`,
        ...(isChosen && { look: 'chosen' as const }),
      };
    }),
  ];
}

function uploadPart(uploads: readonly UploadLine[], columns: number, room: number): Line[] {
  const title: Line = { text: `UPLOADS ${uploads.length}`, look: 'title' };
  if (uploads.length === 0) return [title, { text: '  none', look: 'faint' }];
  const numbers = RATE_COLUMNS * 2 + 2;
  const name = Math.max(8, columns - numbers - 4);
  return [
    title,
    ...uploads.slice(0, Math.max(1, room - 1)).map((one) => ({
      text: `  ${padded(shortenedMiddle(shown(one.name), name), name)}${padded(sizeText(one.bytes), RATE_COLUMNS, 'right')}${padded(`${sizeText(one.bytesPerSecond)}/s`, RATE_COLUMNS + 1, 'right')}`,
    })),
  ];
}

/** Columns beside the name of a peer: its address, files, round trip, `leader, this host`. */
const PEER_COLUMNS = 2 + 1 + 15 + 1 + 12 + 1 + 9 + 1 + 17;

function peerPart({ picture }: Moment, columns: number, room: number): Line[] {
  const { peers, leader, peer: self } = picture;
  if (room < 2) return [];
  const name = Math.max(8, Math.min(30, columns - PEER_COLUMNS));
  const lines = peers.slice(0, room - 1).map((one): Line => {
    const marks = [one.peer === leader ? 'leader' : '', one.peer === self ? 'this host' : ''];
    const files = one.files === null ? '?' : countText(one.files, 'file');
    const trip = one.roundTripMs === null ? '' : `${one.roundTripMs.toFixed(1)} ms`;
    const cells = [
      padded(shortenedMiddle(one.name, name), name),
      padded(shown(one.address), 15),
      ...[padded(files, 12, 'right'), padded(trip, 9, 'right'), marks.filter(Boolean).join(', ')],
    ];
    return { text: `  ${cells.join(' ')}` };
  });
  return [{ text: `PEERS ${peers.length}`, look: 'title' }, ...lines];
}
