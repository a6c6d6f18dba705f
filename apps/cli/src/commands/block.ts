/** `iwanto block [PEER]`: which peers are neither asked nor answered. */
import { choosePeer } from '../choose-peer.js';
import { commandOf } from '../command.js';

export const command = commandOf({
  options: (words) =>
    words
      .positional('peer', { type: 'string', describe: 'A name, or a peer id from "iwanto peers"' })
      .option('undo', {
        type: 'boolean',
        default: false,
        describe: 'Remove the peer from the list',
      })
      .example('iwanto block', 'The list')
      .example('iwanto block ben', 'Neither ask nor answer ben')
      .example('iwanto block ben --undo', 'Ask and answer ben again, as any other peer')
      .epilogue('A blocked peer that creates new keys counts as another peer.'),
  run: ({ peer, undo, json }) => choosePeer('block', { peer, undo, json }),
});
