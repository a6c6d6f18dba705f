/** Executes faults on a world. */
import type { CatalogId } from '@iwanto/wire';
import { leadersOf } from './agreement.js';
import { type Fault, NEVER_MS, type Target } from './faults.js';
import { forge } from './forge.js';
import type { World } from './world.js';

/** Who is meant: with two leaders, the one of the highest epoch; with none, nobody. */
function resolve(world: World, target: Target): number | null {
  if (target !== 'leader') return target < world.hosts.length ? target : null;
  const leaders = leadersOf(world).sort((a, b) => b.state.epoch - a.state.epoch);
  return leaders[0]?.index ?? null;
}

function cutFor(world: World, ways: readonly (readonly [number, number])[], forMs: number): void {
  for (const [from, to] of ways) world.network.cut(from, to);
  world.agenda.at(world.nowMs + forMs, () => {
    for (const [from, to] of ways) world.network.mend(from, to);
  });
}

const others = (world: World, index: number, to: readonly number[]) =>
  world.hosts
    .map((host) => host.index)
    .filter((each) => each !== index && (to.length === 0 || to.includes(each)));

function comeBack(world: World, index: number, backMs: number, newId: boolean): void {
  if (backMs < NEVER_MS) world.agenda.at(world.nowMs + backMs, () => world.start(index, newId));
}

/** Another catalogue: what the host shares changed. */
export function changeCatalogue(world: World, index: number): void {
  const host = world.host(index);
  const catalogId = host.catalogue?.catalogId ?? (world.prng.hex(8) as CatalogId);
  host.catalogue = { catalogId, revision: (host.catalogue?.revision ?? 0) + 1 };
  world.give(host, { type: 'catalogueChanged', catalogue: host.catalogue });
}

type HostFault = Exclude<Fault, { kind: 'split' | 'burst' | 'add' | 'nat' | 'replay' | 'forge' }>;

function strikeHost(world: World, fault: HostFault, index: number): void {
  switch (fault.kind) {
    case 'crash':
      world.crash(index);
      comeBack(world, index, fault.backMs, fault.newId);
      return;
    case 'leave':
      // A suspended process cannot say goodbye: whoever restarts it kills it.
      if (world.host(index).pausedUntilMs > world.nowMs) world.crash(index);
      else world.give(world.host(index), { type: 'leave' });
      comeBack(world, index, Math.max(fault.backMs, 100), false);
      return;
    case 'pause':
      world.pause(index, fault.forMs);
      return;
    case 'isolate':
    case 'deaf':
    case 'mute': {
      const to = others(world, index, fault.kind === 'isolate' ? [] : fault.to);
      const out = fault.kind === 'deaf' ? [] : to.map((each) => [index, each] as const);
      const back = fault.kind === 'mute' ? [] : to.map((each) => [each, index] as const);
      cutFor(world, [...out, ...back], fault.forMs);
      return;
    }
    case 'catalogue':
      changeCatalogue(world, index);
      return;
  }
}

/** Injects one fault now. */
export function strike(world: World, fault: Fault): void {
  switch (fault.kind) {
    case 'split': {
      const side = new Set(fault.side);
      const all = world.hosts.map((host) => host.index);
      const ways = all.flatMap((from) =>
        all.filter((to) => side.has(from) !== side.has(to)).map((to) => [from, to] as const),
      );
      cutFor(world, ways, fault.forMs);
      return;
    }
    case 'burst':
      world.network.burstLoss = fault.loss;
      world.agenda.at(world.nowMs + fault.forMs, () => {
        world.network.burstLoss = 0;
      });
      return;
    case 'add':
      world.addPeers(fault.target, fault.knows);
      return;
    case 'nat':
      world.network.translate(fault.subnet);
      world.agenda.at(world.nowMs + fault.forMs, () => world.network.restore(fault.subnet));
      return;
    case 'replay':
      world.replay(fault.item, fault.target);
      return;
    case 'forge':
      forge(world, fault.what);
      return;
    default: {
      const index = resolve(world, fault.target);
      if (index !== null) strikeHost(world, fault, index);
    }
  }
}
