/** `iwanto cancel HASH… | --all`: ends downloads and removes what they brought. */
import { steering } from '../steer.js';

export const command = steering({
  word: 'cancel',
  done: 'cancelled',
  concerns: ({ state }) => state !== 'done',
  act: (bus, id) => bus.call('download.cancel', { id, forget: true }),
  epilogue: 'The bytes that have arrived are removed; "iwanto pause" keeps them. Whole files stay.',
});
