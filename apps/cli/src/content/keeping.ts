/** For `iwanto open --keep`: what is played becomes a download. */
import type { Bus, Download, ReadOpened } from '@iwanto/bus';
import { Failure } from '@iwanto/wire';
import { whenInterrupted } from '../end.js';
import { remark, shown } from '../print.js';

const GOES_ON = 'The download continues in the service; "iwanto downloads --watch" shows it.';

/** Begins it and says how it ends. A content that only this host has is kept already. */
export async function keep(
  bus: Bus,
  { hash }: ReadOpened,
  onFailed: (failure: Failure) => void,
): Promise<() => void> {
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
  let told: Download['state'] | undefined;
  const tell = (view: Download) => {
    const { state, path, failure } = (last = view);
    if (state === told) return;
    told = state;
    if (state === 'done') remark(shown(path));
    if (failure) onFailed(new Failure(failure.code, failure.sentence));
  };
  const stop = bus.subscribe('download.progressed', (view) => {
    if (view.id === last.id) tell(view);
  });
  // It may have ended before it could be listened to.
  tell(await bus.call('download.get', { id: last.id }));
  if (last.state !== 'done') whenInterrupted(GOES_ON);
  return () => {
    stop();
    if (last.state === 'running' || last.state === 'stalled') remark(GOES_ON);
  };
}
