/** `iwanto resume HASH… | --all`: continues with downloads that were paused or failed. */
import { isActive, steering } from '../steer.js';

export const command = steering({
  word: 'resume',
  done: 'resumed',
  concerns: (download) => !isActive(download) && download.state !== 'done',
  act: (bus, id) => bus.call('download.resume', { id }),
  epilogue: 'Only what is missing is fetched. "iwanto downloads --watch" shows it.',
});
