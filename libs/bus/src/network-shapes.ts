/** What the services of one host report about the network: interfaces, hosts heard, and how another host can be reached. */
import {
  addressSchema,
  checkupAnswerSchema,
  peerIdSchema,
  portSchema,
  publicKeySchema,
  reachSchema,
} from '@iwanto/wire';
import { z } from 'zod';

/** The most hosts that one answer names. */
const HOSTS_MAX = 4_096;
/** Addresses of this host, and sentences about what is wrong with them, in one answer. */
const ADDRESSES_MAX = 256;

const msAgoSchema = z.number().min(0).nullable();

/** The most ports of this host that one router maps. */
const MAPPED_PORTS_MAX = 8;

/** Addresses that one name may stand for. */
export const ADDED_ADDRESSES_MAX = 16;

export const addedHostSchema = z.object({
  /** As the user wrote it. */
  host: z.string(),
  port: portSchema,
  /** What the name stands for now; empty if it is unknown. */
  addresses: z.array(addressSchema).max(ADDED_ADDRESSES_MAX),
  /** How long ago any of them was heard; null for never since the start. */
  heardMsAgo: z.number().min(0).nullable(),
  /** Those that were never heard since the start; absent in the answer of an earlier version. */
  silent: z.array(addressSchema).max(ADDED_ADDRESSES_MAX).optional(),
  /** Who was heard at them; absent in the answer of an earlier version. A peer may be known at another address by now. */
  peers: z.array(peerIdSchema).max(ADDED_ADDRESSES_MAX).optional(),
  /** How long it has been tried since it was added, or since the start; absent in the answer of an earlier version. */
  addedMsAgo: z.number().min(0).optional(),
});
export type AddedHost = z.infer<typeof addedHostSchema>;

/** What a router maps to this host. */
export const mappingSchema = z.object({
  via: z.enum(['PCP', 'NAT-PMP', 'UPnP']),
  router: addressSchema,
  /** The router's address on its other side. */
  address: addressSchema,
  ports: z
    .array(
      z.object({
        protocol: z.enum(['udp', 'tcp']),
        port: portSchema,
        /** The port of the router. */
        externalPort: portSchema,
      }),
    )
    .max(MAPPED_PORTS_MAX),
});
export type Mapping = z.infer<typeof mappingSchema>;

/** Faults of the network that one answer names. */
const FAULTS_MAX = 64;

export const networkFaultSchema = z.object({
  /** In short, as the doctor shows it. */
  check: z.string(),
  level: z.enum(['warning', 'broken']),
  text: z.string(),
  /** What to do, as a sentence. */
  remedy: z.string(),
});
export type NetworkFault = z.infer<typeof networkFaultSchema>;

export const networkSchema = z.object({
  /** The UDP port that multicast goes to. */
  discoveryPort: portSchema,
  /** Addresses that the election uses. */
  addresses: z
    .array(
      z.object({
        interface: z.string(),
        address: addressSchema,
        prefixBits: z.number().int().min(0).max(128),
        loopback: z.boolean(),
        multicast: z.boolean(),
        /** When a multicast datagram of this host last came back over it; null for never. */
        ownMulticastMsAgo: msAgoSchema,
      }),
    )
    .max(ADDRESSES_MAX),
  /** Peers whose signed datagrams arrived, and how. */
  heard: z
    .array(
      z.object({
        peer: peerIdSchema,
        address: addressSchema,
        multicastMsAgo: msAgoSchema,
        unicastMsAgo: msAgoSchema,
      }),
    )
    .max(HOSTS_MAX),
  /** Addresses outside its own subnets that sent datagrams of ours, which were dropped. */
  outside: z
    .array(
      z.object({
        address: addressSchema,
        msAgo: z.number().min(0),
        /** Some came by multicast, which no router forwards. */
        multicast: z.boolean().optional(),
        /** Who the sender says it is, unproved. */
        peer: peerIdSchema.optional(),
      }),
    )
    .max(HOSTS_MAX),
  /** Addresses that sent what is not for this host: `open` of a LAN without a group, `group` sealed under a key it does not have. */
  strangers: z
    .array(
      z.object({
        address: addressSchema,
        kind: z.enum(['open', 'group']),
        msAgo: z.number().min(0),
      }),
    )
    .max(HOSTS_MAX),
  /** Addresses that speak another version of the protocol. */
  otherVersions: z
    .array(z.object({ address: addressSchema, msAgo: z.number().min(0) }))
    .max(HOSTS_MAX),
  /** What is wrong between this host and its network; absent in the answer of an earlier version. */
  faults: z.array(networkFaultSchema).max(FAULTS_MAX).optional(),
  /** Null if no router maps anything; absent in the answer of an earlier version. */
  mapping: mappingSchema.nullable().optional(),
  /** Sentences about sockets that could not be opened or do not send, newest last. */
  troubles: z.array(z.string()).max(ADDRESSES_MAX),
});
export type NetworkView = z.infer<typeof networkSchema>;

/** Hosts that can be woken, in one answer. */
export const WAKEABLE_MAX = 256;

export const wakeableSchema = z.object({
  peer: peerIdSchema,
  name: z.string(),
  /** As `02:00:00:00:00:01`. */
  mac: z.string(),
  interface: z.string(),
  address: addressSchema,
  /** When it was last online, in ms since 1970. */
  seenMs: z.number().min(0),
});
export type Wakeable = z.infer<typeof wakeableSchema>;

export const peerCheckQuestionSchema = z.object({
  address: addressSchema,
  indexerPort: portSchema,
  transferPort: portSchema,
  /** Null if the host is not known: then it is dialled and not asked. */
  curveKey: publicKeySchema.nullable(),
});
export type PeerCheckQuestion = z.infer<typeof peerCheckQuestionSchema>;

export const peerCheckAnswerSchema = z.object({
  indexerPort: reachSchema,
  transferPort: reachSchema,
  /** The port that the host named as its data port. */
  dataPort: reachSchema,
  /** What the host answered; null if it was not asked or did not answer. */
  checkup: checkupAnswerSchema.omit({ filling: true }).nullable(),
  /** Whether an answer of many packets came through; null if it was not asked for. */
  largeAnswers: z.boolean().nullable(),
  /** How far that clock is ahead of this one, in ms, to about a second. */
  clockAheadMs: z.number().nullable(),
});
export type PeerCheckAnswer = z.infer<typeof peerCheckAnswerSchema>;
