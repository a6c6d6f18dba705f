/** What "they agree" means: one leader, and every living host its member, down to the token. */
import { followingOf, phaseOf, reignOf, tokenOf } from '@iwanto/consensus';
import type { Host } from './host.js';
import type { World } from './world.js';

/** Is alive and has not said goodbye. */
export const isHere = (host: Host): boolean => host.up && phaseOf(host.state) !== 'leaving';

export const leadersOf = (world: World): Host[] =>
  world.hosts.filter((host) => isHere(host) && reignOf(host.state) !== null);

/** The one leader that all living hosts name (with `tokens`: and can prove themselves to), or why there is none. */
export function agreement(world: World, tokens: boolean): Host | string {
  const leaders = leadersOf(world);
  const [leader] = leaders;
  if (leader === undefined) return 'nobody leads';
  if (leaders.length > 1) return `${leaders.map((host) => host.name).join(' and ')} lead`;
  const phase = phaseOf(leader.state);
  if (phase !== 'leading') return `${leader.name} is ${phase}`;
  const token = tokenOf(leader.state)?.join();
  for (const host of world.hosts) {
    if (!isHere(host) || host === leader) continue;
    const { state } = host;
    if (followingOf(state) === null) return `${host.name} is ${phaseOf(state)}`;
    if (state.leader?.peer !== leader.peer || state.leader.boot !== leader.boot)
      return `${host.name} follows another leader than ${leader.name}`;
    if (state.epoch !== leader.state.epoch)
      return `${host.name} is in epoch ${state.epoch}, its leader in ${leader.state.epoch}`;
    if (tokens && tokenOf(state)?.join() !== token) return `${host.name} has not the token`;
  }
  return leader;
}
