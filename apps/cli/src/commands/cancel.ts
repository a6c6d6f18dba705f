/** `iwanto cancel HASH… | --all`: ends downloads and removes what they brought. */
import { steering } from '../steer.js';

export const command = steering({
  word: 'cancel',
  done: 'cancelled',
  concerns: ({ state }) => state !== 'done',
  act: (bus, id) => bus.call('download.cancel', { id, forget: true }),
  epilogue: 'What has arrived of them is removed; "iwanto pause" keeps it. Whole files stay.',
});
