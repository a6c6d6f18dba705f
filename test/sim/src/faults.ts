/** What can go wrong, as data: generated first, executed later, shrunk when it reveals a bug. */
import type { ElectionMessageType } from '@iwanto/wire';
import type { Prng } from './prng.js';

/** A host by number, or whoever leads when the fault strikes. */
export type Target = number | 'leader';

/** What a stranger with an identity of its own may send to all. */
export const FORGERIES = [
  ...(['jump', 'ahead', 'born0', 'beat', 'older', 'impostor', 'claim', 'leave', 'flood'] as const),
  ...(['knock', 'cookie'] as const),
] as const;
export type Forgery = (typeof FORGERIES)[number];

interface At {
  readonly atMs: number;
}

export type Fault = At &
  (
    | {
        readonly kind: 'crash';
        readonly target: Target;
        readonly backMs: number;
        readonly newId: boolean;
      }
    | { readonly kind: 'leave'; readonly target: Target; readonly backMs: number }
    | { readonly kind: 'pause'; readonly target: Target; readonly forMs: number }
    | { readonly kind: 'isolate'; readonly target: Target; readonly forMs: number }
    | { readonly kind: 'split'; readonly side: readonly number[]; readonly forMs: number }
    | {
        readonly kind: 'deaf';
        readonly target: Target;
        readonly to: readonly number[];
        readonly forMs: number;
      }
    | {
        readonly kind: 'mute';
        readonly target: Target;
        readonly to: readonly number[];
        readonly forMs: number;
      }
    /** The user of one host gives the addresses of others. */
    | { readonly kind: 'add'; readonly target: number; readonly knows: readonly number[] }
    | { readonly kind: 'nat'; readonly subnet: number; readonly forMs: number }
    | { readonly kind: 'burst'; readonly loss: number; readonly forMs: number }
    | { readonly kind: 'catalogue'; readonly target: Target }
    | {
        readonly kind: 'replay';
        readonly item: number | ElectionMessageType;
        readonly target: number | null;
      }
    | { readonly kind: 'forge'; readonly what: Forgery }
  );

export type FaultKind = Fault['kind'];

type AnywhereKind = Exclude<FaultKind, 'nat' | 'add'>;

const KINDS: readonly AnywhereKind[] = [
  ...(['crash', 'crash', 'crash', 'leave', 'pause', 'pause', 'isolate', 'isolate'] as const),
  ...(['split', 'split', 'deaf', 'mute', 'burst', 'catalogue', 'replay', 'forge'] as const),
];

/** Never comes back. */
export const NEVER_MS = 1e9;

const AIM_AT_LEADER = 0.6;

function target(prng: Prng, hosts: number): Target {
  return prng.chance(AIM_AT_LEADER) ? 'leader' : prng.below(hosts);
}

function side(prng: Prng, hosts: number): number[] {
  return Array.from({ length: hosts }, (_, index) => index).filter(() => prng.chance(0.5));
}

function back(prng: Prng): number {
  if (prng.chance(0.25)) return NEVER_MS;
  return Math.round(prng.chance(0.5) ? 10 + 490 * prng.unit() : 500 + 6_000 * prng.unit());
}

function makeFault(prng: Prng, hosts: number, atMs: number): Fault {
  const kind = prng.pick(KINDS);
  const forMs = Math.round(50 + 7_950 * prng.unit() ** 2);
  switch (kind) {
    case 'crash':
      return {
        atMs,
        kind,
        target: target(prng, hosts),
        backMs: back(prng),
        newId: prng.chance(0.2),
      };
    case 'leave':
      return { atMs, kind, target: target(prng, hosts), backMs: back(prng) };
    case 'pause':
    case 'isolate':
      return { atMs, kind, target: target(prng, hosts), forMs };
    case 'split':
      return { atMs, kind, side: side(prng, hosts), forMs };
    case 'deaf':
    case 'mute': {
      const to = prng.chance(0.5) ? [] : side(prng, hosts);
      return { atMs, kind, target: target(prng, hosts), to, forMs };
    }
    case 'burst':
      return {
        atMs,
        kind,
        loss: Math.round(60 * prng.unit()) / 100,
        forMs: Math.min(forMs, 3_000),
      };
    case 'catalogue':
      return { atMs, kind, target: target(prng, hosts) };
    case 'forge':
      return { atMs, kind, what: prng.pick(['jump', 'leave', 'older', 'impostor', 'claim']) };
    case 'replay':
      return {
        atMs,
        kind,
        item: prng.below(300),
        target: prng.chance(0.5) ? null : prng.below(hosts),
      };
  }
}

/** 1 to 8 faults over the first 20 seconds, in the order of their time. */
export function makeFaults(prng: Prng, hosts: number): Fault[] {
  const times = Array.from({ length: 1 + prng.below(8) }, () => Math.round(20_000 * prng.unit()));
  return times.sort((a, b) => a - b).map((atMs) => makeFault(prng, hosts, atMs));
}

/** What happens only with routers: one that translates addresses, and strangers beyond one. */
export function makeRouterFaults(prng: Prng, subnets: number): Fault[] {
  const atMs = () => Math.round(20_000 * prng.unit());
  const nats = Array.from({ length: prng.below(3) }, (): Fault => {
    const forMs = Math.round(500 + 9_500 * prng.unit());
    return { atMs: atMs(), kind: 'nat', subnet: prng.below(subnets), forMs };
  });
  const what = prng.pick(['knock', 'cookie'] as const);
  return prng.chance(0.3) ? [...nats, { atMs: atMs(), kind: 'forge', what }] : nats;
}

/** When the last effect of a fault is over. */
export function endMs(fault: Fault): number {
  if ('forMs' in fault) return fault.atMs + fault.forMs;
  if ('backMs' in fault && fault.backMs < NEVER_MS) return fault.atMs + fault.backMs;
  return fault.atMs;
}
