/** `peers.remove`: forgets the address of a peer that was added. It stays known as long as it is heard. */
import { DEFAULT_PORTS, type Paths, updateConfig } from '@iwanto/service';
import { Failure, endpointText } from '@iwanto/wire';
import type { StaticPeers } from '../static-peers.js';

export interface RemovePeerContext {
  readonly paths: Paths;
  readonly staticPeers: StaticPeers;
}

/** E_NOT_FOUND if no such host was added: then nothing changes. */
export async function removePeer(
  { paths, staticPeers }: RemovePeerContext,
  question: { host: string; port?: number | undefined },
): Promise<Record<string, never>> {
  const port = question.port || DEFAULT_PORTS.election;
  const isMeant = (each: { host: string; port: number }) =>
    each.host === question.host && each.port === port;
  const { peers } = await updateConfig(paths, (config) => {
    if (!config.peers.some(isMeant)) throw notAdded(question.host, port);
    return { ...config, peers: config.peers.filter((each) => !isMeant(each)) };
  });
  await staticPeers.use(peers);
  return {};
}

const notAdded = (host: string, port: number) =>
  new Failure(
    'E_NOT_FOUND',
    `${endpointText(host, port)} was not added: "iwanto peers" lists the hosts that were.`,
  );
