/** This host as a source for its own reader: what it shares, fetches or has fetched. What it sends is verified as well. */
import type { FileHash, PeerId, PieceRequest } from '@iwanto/wire';
import type { HaveLog } from '../uploading/have-log.js';
import type { Uploader } from '../uploading/uploader.js';
import type { Outcome, Wanted } from '../sources/source-line.js';

export class LocalSource {
  constructor(
    readonly self: PeerId,
    private readonly uploader: Pick<Uploader, 'giveHere' | 'hereOf'>,
  ) {}

  /** Everything, what a log says, or nothing. */
  hereOf(root: FileHash): Promise<'all' | HaveLog | undefined> {
    return this.uploader.hereOf(root);
  }

  async request(wanted: Wanted): Promise<Outcome> {
    const request: PieceRequest = { ...wanted, requestId: 0 };
    const reply = await this.uploader.giveHere(request);
    if (reply.type === 'refused') return reply;
    const body = reply.body.slice();
    reply.frame?.release();
    return { type: 'data', body };
  }

  ask(wanted: Wanted, settle: (outcome: Outcome) => void): void {
    void this.request(wanted).then(settle);
  }
}
