/** For `iwanto open --keep`: what is played becomes a download. */
import type { Bus, Download, ReadOpened } from '@iwanto/bus';
import { Failure } from '@iwanto/wire';
import { whenInterrupted } from '../end.js';
import { remark, shown } from '../print.js';

const GOES_ON = 'The download continues in the service; "iwanto downloads --watch" shows it.';

/** Begins it and says how it ends. A content that only this host has is kept already. */
export async function keep(bus: Bus, { hash }: ReadOpened): Promise<() => void> {
  let last: Download;
  try {
    last = await bus.call('download.start', {
      hash,
      overwrite: false,
      rename: false,
      confirmed: true,
    });
  } catch (cause) {
    if (!(cause instanceof Failure) || cause.code !== 'E_EXISTS') throw cause;
    remark(shown(cause.sentence));
    return () => undefined;
  }
  const stop = bus.subscribe('download.progressed', (view) => {
    if (view.id !== last.id || view.state === last.state) return;
    last = view;
    if (view.state === 'done') remark(shown(view.path));
    if (view.failure) remark(shown(view.failure.sentence));
  });
  if (last.state === 'done') remark(shown(last.path));
  else whenInterrupted(GOES_ON);
  return () => {
    stop();
    if (last.state === 'running' || last.state === 'stalled') remark(GOES_ON);
  };
}
