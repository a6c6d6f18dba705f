/** `iwanto id`: the fingerprint by which other hosts can know this one. */
import { EXIT, homePaths, loadIdentity } from '@iwanto/service';
import { commandOf } from '../command.js';
import { jsonLine, say, styled } from '../print.js';
import { spoken } from '../spoken.js';

/** Characters in one group of a fingerprint that people compare. */
const GROUP = /.{4}/g;

export const command = commandOf({
  options: (words) =>
    words.example('iwanto id', 'Read the words to a friend to be sure who is who'),
  run: async ({ json }) => {
    const { peer, signKey, curve } = await loadIdentity(homePaths());
    if (json) say(jsonLine({ peer, words: spoken(peer), signKey, curveKey: curve.publicKey }));
    else {
      say(`${styled('dim', 'peer       ')} ${peer}`);
      say(`${styled('dim', 'in words   ')} ${spoken(peer)}`);
      say(`${styled('dim', 'fingerprint')} ${(signKey.match(GROUP) ?? []).join(' ')}`);
    }
    return EXIT.done;
  },
});
