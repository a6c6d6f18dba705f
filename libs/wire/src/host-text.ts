/** Hosts as people write them: on the command line, in the environment and in the configuration. */
import { isHost } from './endpoint.js';

/** How a host may be written, for messages. */
export const HOST_FORMS = 'HOST, HOST:PORT or [IPV6]:PORT';

export interface WrittenHost {
  readonly host: string;
  /** As it is written, which may be no port at all; undefined if there is none. */
  readonly port: string | undefined;
}

/** `HOST`, `HOST:PORT`, `[IPV6]:PORT`, or an IPv6 address alone; undefined if the text is none of these. */
export function readHost(text: string): WrittenHost | undefined {
  const bracketed = /^\[(.*)\](?::(.*))?$/.exec(text);
  const [, host = '', port] = bracketed ?? /^([^:]*)(?::([^:/]*))?$/.exec(text) ?? [text, text];
  // Only an address of IPv6 has brackets, and only it has colons.
  return isHost(host) && (!bracketed || host.includes(':')) ? { host, port } : undefined;
}
