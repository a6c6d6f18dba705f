/** `iwanto trust [PEER]`: which peers are preferred as sources. */
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
      .example('iwanto trust', 'The list')
      .example('iwanto trust ben', 'Prefer ben as a source')
      .example('iwanto trust ben --undo', 'Treat ben as any other peer')
      .epilogue(
        'A trusted peer is preferred as a source. What it sends is verified like everything else.',
      ),
  run: ({ peer, undo, json }) => choosePeer('trust', { peer, undo, json }),
});
