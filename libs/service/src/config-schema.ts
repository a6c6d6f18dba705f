/** What a configuration may hold: every key with its limits and its default. */
import { isAbsolute } from 'node:path';
import { PEER_NAME_BYTES_MAX, hostSchema, peerIdSchema, portSchema } from '@iwanto/wire';
import { z } from 'zod';
import { groupNameSchema } from './group-key.js';
import type { Paths } from './paths.js';
import { RATE_RULES_CHARACTERS_MAX, rateRulesFrom } from './rates.js';

/** The first ports tried; if one is taken, the next free one is used and announced. */
export const DEFAULT_PORTS = { election: 17_117, indexer: 17_118, transfer: 17_119 } as const;

/** The UDP port that multicast is sent to: one for all, beside the ports of the services. */
export const DISCOVERY_PORT_DEFAULT = 17_116;

/** How long a file must be still before it is hashed, in ms. */
const SETTLE_MS_DEFAULT = 100;

/** So that what left on Friday is still shown on Monday. */
const REMEMBER_HOURS_DEFAULT = 72;

/** Less than half of a gigabit line is spent on others. */
const RELAY_RATE_DEFAULT = '50M';

/** Folders, interfaces and static peers a configuration may list. */
const LIST_MAX = 256;

export const MODES = ['open', 'group', 'pinned'] as const;

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;

const pathSchema = z
  .string()
  .min(1)
  .max(4_096)
  .refine(isAbsolute, 'a path must be absolute, beginning with /');

const rateRulesSchema = z
  .string()
  .max(RATE_RULES_CHARACTERS_MAX)
  .refine(isRateRules, 'it is not a rate, such as 5M or 1M 08:00-18:00');

function isRateRules(text: string): boolean {
  try {
    rateRulesFrom(text);
    return true;
  } catch {
    return false;
  }
}

export const schemaFor = (paths: Paths) =>
  z.object({
    share: z.array(pathSchema).max(LIST_MAX).default([paths.defaultShareDir]),
    /** Folders that are shared with one group each, and with nobody else. */
    groupShares: z
      .array(z.object({ path: pathSchema, group: groupNameSchema }))
      .max(LIST_MAX)
      .default([]),
    downloadDir: pathSchema.default(paths.defaultDownloadDir),
    /** The name that others see for this host; the host name when it is empty. */
    name: z.string().max(PEER_NAME_BYTES_MAX).default(''),
    /** Names of network interfaces to use; none named means all. */
    interfaces: z.array(z.string().min(1).max(64)).max(LIST_MAX).default([]),
    ports: z
      .object({
        election: portSchema.default(DEFAULT_PORTS.election),
        indexer: portSchema.default(DEFAULT_PORTS.indexer),
        transfer: portSchema.default(DEFAULT_PORTS.transfer),
      })
      .default({ ...DEFAULT_PORTS }),
    /** Peers find each other by multicast only if this port is the same. */
    discoveryPort: portSchema.min(1).default(DISCOVERY_PORT_DEFAULT),
    /** Peers that multicast does not reach. */
    peers: z
      .array(z.object({ host: hostSchema, port: portSchema }))
      .max(LIST_MAX)
      .default([]),
    /** Make the router forward ports to this host, by PCP, NAT-PMP or UPnP. */
    mapPorts: z.boolean().default(false),
    /** Serve to others what was fetched. */
    reseed: z.boolean().default(true),
    /** Who is admitted: anybody on the LAN, only peers with the key of `group`, or with `pinned` only the peers in `trust`. */
    mode: z.enum(MODES).default('open'),
    /** The group of mode `group`, by its name; its key is in a file of its own. */
    group: groupNameSchema.or(z.literal('')).default(''),
    /** Peers that are preferred as sources, and peers that are neither asked nor answered. */
    trust: z.array(peerIdSchema).max(LIST_MAX).default([]),
    block: z.array(peerIdSchema).max(LIST_MAX).default([]),
    /** How long a tracker remembers what peers had that left, in hours; 0 for not at all. */
    rememberHours: z.number().min(0).max(8_760).default(REMEMBER_HOURS_DEFAULT),
    settleMs: z.number().int().min(0).max(60_000).default(SETTLE_MS_DEFAULT),
    /** Relay connections between peers that cannot reach each other; their content stays encrypted. */
    relay: z.boolean().default(true),
    /** Limits on what is fetched, sent and relayed, such as `5M` or `1M 08:00-18:00`; empty for none. */
    limits: z
      .object({
        download: rateRulesSchema.default(''),
        upload: rateRulesSchema.default(''),
        relay: rateRulesSchema.default(RELAY_RATE_DEFAULT),
      })
      .default({ download: '', upload: '', relay: RELAY_RATE_DEFAULT }),
    /** The indexer serves metrics to programs of this host at this TCP port; 0 for none. */
    metricsPort: portSchema.default(0),
    logLevel: z.enum(LOG_LEVELS).default('info'),
  });

export type Config = z.infer<ReturnType<typeof schemaFor>>;

/** A configuration as a file holds it: only what differs from the defaults need be there. */
export type Loose = Record<string, unknown>;

export const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The name of each single value, such as `ports.election`. */
export const leavesOf = (config: Loose, before = ''): string[] =>
  Object.entries(config).flatMap(([name, value]) =>
    isObject(value) ? leavesOf(value, `${before}${name}.`) : [before + name],
  );

/** The value at `key`, undefined if there is none. */
export const valueAt = (config: Loose, key: string): unknown =>
  key
    .split('.')
    .reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), config);

/** The same with another value at `key`; `undefined` takes it out, and a part that becomes empty with it. */
export function withValue(config: Loose, key: string, value: unknown): Loose {
  const [name = '', ...rest] = key.split('.');
  const { [name]: old, ...others } = config;
  const part = isObject(old) ? old : {};
  const made = rest.length === 0 ? value : withValue(part, rest.join('.'), value);
  const isEmpty =
    made === undefined || (rest.length > 0 && Object.keys(made as Loose).length === 0);
  return isEmpty ? others : { ...config, [name]: made };
}
