/** Opening a TCP connection to another host only to see whether it can be opened. */
import { connect } from 'node:net';
import type { Reach } from '@iwanto/wire';
import { FairTimer } from './fair-timer.js';

/** A firewall that drops says nothing: after this long it is taken for one, in ms. Two lost packets are allowed for. */
const DIAL_LIMIT_MS = 2_500;

/** Dials once; never rejects. Port 0 means that the service behind it is not running. */
export function dialPort(address: string, port: number, limitMs = DIAL_LIMIT_MS): Promise<Reach> {
  if (port === 0) return Promise.resolve('untried');
  return new Promise((done) => {
    const line = connect({ host: address, port });
    const end = (reach: Reach) => {
      limit.cancel();
      line.destroy();
      done(reach);
    };
    const limit = new FairTimer(limitMs, () => end('silent'));
    line.once('connect', () => end('open'));
    line.once('error', ({ code }: NodeJS.ErrnoException) => end(reachOf(code)));
  });
}

function reachOf(code: string | undefined): Reach {
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET') return 'refused';
  return code === 'ETIMEDOUT' ? 'silent' : 'unreachable';
}
