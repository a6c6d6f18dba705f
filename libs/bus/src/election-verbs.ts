/** The verbs that the election service answers on the bus. */
import { DIALLED_LINES, hostSchema, peerIdSchema, portSchema, ticketSchema } from '@iwanto/wire';
import { z } from 'zod';
import {
  ADDED_ADDRESSES_MAX,
  WAKEABLE_MAX,
  addedHostSchema,
  networkSchema,
  wakeableSchema,
} from './network-shapes.js';
import { NAME_CHARACTERS_MAX, leadershipSchema, nothing, peersSchema } from './shapes.js';
import { SHORT_MS, reloadOf, statusOf, stopOf, verb } from './verb-rows.js';

/** A connection between two peers that a third one relays. */
export const bridgeSchema = z.object({
  caller: peerIdSchema,
  callee: peerIdSchema,
  line: z.enum(DIALLED_LINES),
  ticket: ticketSchema,
});

export const electionVerbs = {
  'election.status': statusOf('election'),
  'election.stop': stopOf('election'),
  'election.reload': reloadOf('election'),
  'leader.get': verb({
    owner: 'election',
    about: 'Who leads, and what this host is.',
    question: nothing,
    answer: leadershipSchema,
    limitMs: SHORT_MS,
  }),
  'peers.get': verb({
    owner: 'election',
    about: 'Every peer this host knows.',
    question: nothing,
    answer: peersSchema,
    limitMs: SHORT_MS,
  }),
  'peers.add': verb({
    owner: 'election',
    about:
      'Remember permanently a host that multicast does not reach; all addresses of its name are tried.',
    question: z.object({ host: hostSchema, port: portSchema.optional() }),
    answer: z.object({
      address: z.string(),
      port: portSchema,
      addresses: z.array(z.string()).max(ADDED_ADDRESSES_MAX),
    }),
    limitMs: 5_000,
  }),
  'peers.added': verb({
    owner: 'election',
    about: 'The hosts that the user added, and when each was heard.',
    question: nothing,
    answer: z.object({ hosts: z.array(addedHostSchema) }),
    limitMs: SHORT_MS,
  }),
  'peers.remove': verb({
    owner: 'election',
    about: 'Forget a host that was added; E_NOT_FOUND if it was not added.',
    question: z.object({ host: hostSchema, port: portSchema.optional() }),
    answer: nothing,
    limitMs: 5_000,
  }),
  'wake.list': verb({
    owner: 'election',
    about:
      'Hosts of the same subnets whose hardware address is known, the most recently seen first.',
    question: nothing,
    answer: z.object({ hosts: z.array(wakeableSchema).max(WAKEABLE_MAX) }),
    limitMs: SHORT_MS,
  }),
  'wake.send': verb({
    owner: 'election',
    about:
      'Send the packet that wakes a host; E_NOT_FOUND if its hardware address was never learnt.',
    question: z.object({ peer: peerIdSchema }),
    answer: z.object({ interfaces: z.array(z.string()) }),
    limitMs: SHORT_MS,
  }),
  'network.get': verb({
    owner: 'election',
    about: 'The interfaces in use, and which hosts were heard over them.',
    question: nothing,
    answer: networkSchema,
    limitMs: SHORT_MS,
  }),
  'line.ask': verb({
    owner: 'election',
    about: 'Ask a peer that cannot be dialled to open a connection to this host.',
    question: z.object({ peer: peerIdSchema, line: z.enum(DIALLED_LINES), ticket: ticketSchema }),
    answer: nothing,
    limitMs: SHORT_MS,
  }),
  'relay.ask': verb({
    owner: 'election',
    about: 'Ask a peer to relay a connection between this host and another peer.',
    question: bridgeSchema.omit({ caller: true }).extend({ relay: peerIdSchema }),
    answer: nothing,
    limitMs: SHORT_MS,
  }),
  'relay.agree': verb({
    owner: 'election',
    about: 'This host relays a connection: ask both ends to dial it.',
    question: bridgeSchema,
    answer: nothing,
    limitMs: SHORT_MS,
  }),
  'name.set': verb({
    owner: 'election',
    about: 'Change the name of this host permanently; without a name, the host name is used.',
    question: z.object({ name: z.string().max(NAME_CHARACTERS_MAX) }),
    answer: z.object({ name: z.string() }),
    limitMs: 5_000,
  }),
} as const;
