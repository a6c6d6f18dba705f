/** `iwanto pause HASH… | --all`: stops downloads until they are resumed. */
import { isActive, steering } from '../steer.js';

export const command = steering({
  word: 'pause',
  done: 'paused',
  concerns: isActive,
  act: (bus, id) => bus.call('download.pause', { id }),
  epilogue: 'What has arrived is kept; "iwanto resume" continues, also after a restart.',
});
