/** `peers.add`: keeps a host that multicast does not reach, and tries all addresses of its name immediately. */
import { DEFAULT_PORTS, type Paths, updateConfig } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { type LookUp, type NamedPeer, type StaticPeers, addressesOf } from '../static-peers.js';

export interface AddPeerContext {
  readonly paths: Paths;
  readonly staticPeers: StaticPeers;
  readonly lookUp?: LookUp;
}

/** Answers with the addresses of the host; E_NOT_FOUND if it has none, and then nothing is kept. */
export async function addPeer(
  { paths, staticPeers, lookUp }: AddPeerContext,
  question: { host: string; port?: number | undefined },
): Promise<{ address: string; port: number; addresses: string[] }> {
  const added: NamedPeer = { host: question.host, port: question.port || DEFAULT_PORTS.election };
  const found = await addressesOf(added, lookUp);
  const [first] = found;
  if (!first) {
    throw new Failure(
      'E_NOT_FOUND',
      `The host "${added.host}" has no address: check the spelling, or give its IP address.`,
    );
  }
  const { peers } = await updateConfig(paths, (config) => ({
    ...config,
    peers: [
      ...config.peers.filter(({ host, port }) => host !== added.host || port !== added.port),
      added,
    ],
  }));
  await staticPeers.use(peers);
  return { ...first, addresses: found.map(({ address }) => address) };
}
