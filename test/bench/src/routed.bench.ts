/**
 * Whole peers with a router in between: how long until they agree and list each other, and how fast a file arrives,
 * over an open router, behind one home router, behind two with a relay, with mapped ports, with netmasks that differ,
 * and after a cable between two routers was cut. The figures of thirty hosts are in campus.bench.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { type Lan, lanImpossible, makeCampus, makeLan } from '@iwanto/peer/lan';
import { MappingRouter, OUTSIDE, mappingImpossible } from '@iwanto/peer/mapping-router';
import { untilAgreed, untilListed } from './cluster-view.js';
import { RoutedPeer } from './routed-peer.js';

const FILE_BYTES = 256 * 1_048_576;

interface Site {
  readonly lan: Lan;
  readonly peers: readonly RoutedPeer[];
  readonly room: string;
}

/** In memory, so that no disk is measured. */
async function at(lan: Lan, measure: (site: Site) => Promise<void>): Promise<void> {
  const room = mkdtempSync('/dev/shm/iw-routed-');
  const peers = lan.hosts.map((host) => new RoutedPeer(host, room));
  try {
    await measure({ lan, peers, room });
  } finally {
    for (const peer of peers) await peer.close();
    lan.remove();
    rmSync(room, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

const startAll = ({ peers }: Site) => Promise.all(peers.map((peer) => peer.start(FILE_BYTES)));
const inSubnet = ({ peers }: Site, subnet: number) =>
  peers.filter(({ host }) => host.subnet === subnet);

/** One command at one of them, then all of them are one cluster. */
async function join(peers: readonly RoutedPeer[], by: RoutedPeer, to: { address: string }) {
  const startMs = performance.now();
  await by.add(to);
  await untilAgreed(peers);
  const agreedMs = performance.now() - startMs;
  await untilListed(peers);
  return `one leader after ${agreedMs.toFixed(0)} ms, all listed after ${(performance.now() - startMs).toFixed(0)} ms`;
}

/** The whole command; transfer-ways compares the three ways in one run. */
async function fetched(by: RoutedPeer, from: RoutedPeer): Promise<string> {
  const { rate, way } = await by.fetch(from);
  return `${way} ${rate.toFixed(0)} MB/s`;
}

const open = () =>
  at(makeCampus(2, 2), async (site) => {
    await startAll(site);
    for (const subnet of [0, 1]) await untilListed(inSubnet(site, subnet));
    const [first, , third] = site.peers as [RoutedPeer, RoutedPeer, RoutedPeer];
    const joined = await join(site.peers, first, third.host);
    console.log(`2 x 2 hosts, a router, one peers add: ${joined}; ${await fetched(first, third)}`);
    site.lan.cutSubnet(1);
    const startMs = performance.now();
    for (const subnet of [0, 1]) await untilListed(inSubnet(site, subnet));
    const apartMs = performance.now() - startMs;
    site.lan.heal();
    const healedMs = await untilListed(site.peers);
    console.log(
      `the router loses a subnet: each side lists only its own after ${apartMs.toFixed(0)} ms; healed: all listed after ${healedMs.toFixed(0)} ms`,
    );
  });

const behindOne = () =>
  at(makeCampus(2, 1), async (site) => {
    site.lan.translate(1);
    await startAll(site);
    const [outer, inner] = site.peers as [RoutedPeer, RoutedPeer];
    const joined = await join(site.peers, inner, outer.host);
    console.log(`a host behind a home router: ${joined}; ${await fetched(outer, inner)}`);
  });

const behindBoth = () =>
  at(makeCampus(3, 1), async (site) => {
    site.lan.translate(1);
    site.lan.translate(2);
    await startAll(site);
    const [middle, one, other] = site.peers as [RoutedPeer, RoutedPeer, RoutedPeer];
    await join([middle, one], one, middle.host);
    const joined = await join(site.peers, other, middle.host);
    console.log(`two behind home routers, and a relay: ${joined}; ${await fetched(one, other)}`);
  });

const mapped = () =>
  at(makeCampus(2, 1), async (site) => {
    const impossible = mappingImpossible();
    if (impossible) return console.log(`mapped ports are not measured: ${impossible}`);
    const router = new MappingRouter(site.lan, site.room);
    await router.start('PCP and NAT-PMP');
    try {
      const [outer, inner] = site.peers as [RoutedPeer, RoutedPeer];
      await Promise.all([outer.start(FILE_BYTES), inner.start(FILE_BYTES, '--map-ports')]);
      await pinEachOther(outer, inner);
      const startMs = performance.now();
      while (router.mapped().length < 3) await inner.cli.status();
      const mappedMs = performance.now() - startMs;
      const joined = await join(site.peers, outer, { address: OUTSIDE });
      console.log(
        `a host that maps its ports (PCP): mapped after ${mappedMs.toFixed(0)} ms; ${joined}; ${await fetched(outer, inner)}`,
      );
    } finally {
      await router.stop();
    }
  });

/** Ports are mapped to the internet only for a host that admits nobody else. */
async function pinEachOther(...peers: [RoutedPeer, RoutedPeer]): Promise<void> {
  const ids = await Promise.all(peers.map(({ cli }) => cli.json<{ peer: string }>('id')));
  for (const [at, { cli }] of peers.entries()) {
    await cli.must(['trust', ids[1 - at]?.peer ?? '']);
    await cli.must(['config', 'set', 'mode', 'pinned']);
  }
}

const masks = () =>
  at(makeLan(2), async (site) => {
    const [one, other] = site.peers as [RoutedPeer, RoutedPeer];
    other.host.ip('addr', 'del', '10.77.0.2/24', 'dev', 'eth0');
    other.host.ip('addr', 'add', '10.77.9.2/16', 'dev', 'eth0');
    await startAll(site);
    const ms = await untilListed(site.peers);
    console.log(
      `a host of a /24 beside one of a /16 outside it: all listed ${ms.toFixed(0)} ms after both had started; ${await fetched(one, other)}`,
    );
  });

const impossible = lanImpossible();
if (impossible) console.log(`not measured: ${impossible}`);
else for (const measure of [open, behindOne, behindBoth, mapped, masks]) await measure();
process.exit();
