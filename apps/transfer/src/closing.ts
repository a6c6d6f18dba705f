/** What the transfer service has open, and in which order it is closed. */
import type { OpenPort } from '@iwanto/bus';
import type { Downloads } from './downloading/downloads.js';
import type { Readings } from './reading/readings.js';
import type { Lines } from './sources/lines.js';
import type { HoldingNews } from './uploading/holding-news.js';
import type { Kept } from './uploading/kept.js';
import type { Uploader } from './uploading/uploader.js';

export interface Opened {
  readonly downloads: Downloads;
  readonly readings: Readings;
  readonly lines: Lines;
  readonly server: OpenPort;
  readonly uploader: Uploader;
  readonly journal: { close(): void };
  readonly stopGoingOn: () => void;
  readonly holding: readonly [Kept, HoldingNews];
}

/** Closes everything, beginning with what others wait for. */
export function closing({
  downloads,
  readings,
  lines,
  server,
  uploader,
  journal,
  stopGoingOn,
  holding,
}: Opened): () => Promise<void> {
  return async () => {
    stopGoingOn();
    await downloads.stopAll();
    await readings.closeAll();
    lines.closeAll();
    await server.close();
    uploader.close();
    holding[0].close();
    holding[1].stop();
    journal.close();
  };
}
