/** Who cannot be dialled: hosts whose firewall drops inbound TCP, and hosts behind a router that translates addresses. */
import { isHere } from './agreement.js';
import type { Host } from './host.js';
import type { World } from './world.js';

export class Walls {
  constructor(
    private readonly world: World,
    private readonly closed: readonly number[],
  ) {}

  get areAny(): boolean {
    return this.closed.length > 0 || this.world.network.link.home !== null;
  }

  /** Whether one host can open a TCP connection to another. */
  canDial(from: Host, to: Host): boolean {
    const { network } = this.world;
    if (!isHere(to) || this.closed.includes(to.index)) return false;
    if (network.isCut(from.index, to.index) || network.isCut(to.index, from.index)) return false;
    return network.isNear(from.index, to.index) || !network.isAtHome(to.index);
  }

  /** The best way there is between two hosts; null if there is none. */
  bestWay(from: Host, to: Host): 'direct' | 'reversed' | 'relayed' | null {
    if (this.canDial(from, to)) return 'direct';
    if (this.canDial(to, from)) return 'reversed';
    const relays = this.world.hosts.some(
      (third) =>
        third !== from && third !== to && this.canDial(from, third) && this.canDial(to, third),
    );
    return relays ? 'relayed' : null;
  }
}
