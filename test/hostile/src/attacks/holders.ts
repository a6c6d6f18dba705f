/** Attacks by peers that claim to have what somebody wants. */
import { type Attack, beside, twice, withSlack } from '../attack.js';
import { holdLike, lying, silent } from '../evil-holders.js';
import { mib } from '../room.js';

const SILENT = 31;
const LYING = 6;
const CROWD = 60;
const CROWD_ADDRESS = '127.0.9.9';

export const silentHolders: Attack = {
  name: 'silent',
  about: `${SILENT} hosts say that they have the file, take requests and never answer`,
  cases: [42, 44, 108],
  wantedBytes: mib(64),
  run: (room) =>
    beside(room, withSlack, async () => {
      const identities = await room.attackers(SILENT);
      await holdLike(room, { identities, answer: silent, wanted: await room.find() });
    }),
};

export const lyingHolders: Attack = {
  name: 'liars',
  about: `${LYING} of ${LYING + 1} hosts send other bytes and other digests`,
  cases: [40, 41],
  wantedBytes: mib(256),
  run: (room) =>
    beside(room, twice, async () => {
      const identities = await room.attackers(LYING);
      await holdLike(room, { identities, answer: lying, wanted: await room.find() });
    }),
};

export const crowd: Attack = {
  name: 'crowd',
  about: `${CROWD} identities of one host say that they have the file, and never answer`,
  cases: [108],
  wantedBytes: mib(64),
  run: (room) =>
    beside(room, withSlack, async () => {
      const identities = await room.attackers(CROWD, CROWD_ADDRESS);
      await holdLike(room, { identities, answer: silent, wanted: await room.find() });
    }),
};
