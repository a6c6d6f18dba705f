/** The router that this host's default route leads to: the only one that is asked to map ports. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { addressText, isWrittenAddress } from '@iwanto/wire';

/** Flags of a route that is up and leads to a router. */
const UP_TO_ROUTER = 0x3;
const ROUTE_LIMIT_MS = 2_000;

/** Addresses of routers, that of the preferred route first. */
export async function defaultRouters(): Promise<string[]> {
  if (process.platform === 'linux')
    return routersIn(await readFile('/proc/net/route', 'utf8').catch(() => ''));
  const router = /gateway: (\S+)/.exec(await routeCommand())?.[1];
  return router !== undefined && isWrittenAddress(router) ? [router] : [];
}

/** The default routes in the kernel's table, those with the lowest metric first. */
export function routersIn(table: string): string[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .filter(
      ([, destination, , flags = '']) =>
        destination === '00000000' && (parseInt(flags, 16) & UP_TO_ROUTER) === UP_TO_ROUTER,
    )
    .sort((one, other) => Number(one[6]) - Number(other[6]))
    .flatMap(([, , router = '']) => {
      // In the byte order of the host, which on every machine this runs on is the lowest byte first.
      const text = addressText(Uint8Array.from(Buffer.from(router, 'hex')).reverse());
      return text === undefined ? [] : [text];
    });
}

const routeCommand = (): Promise<string> =>
  new Promise((done) =>
    execFile('route', ['-n', 'get', 'default'], { timeout: ROUTE_LIMIT_MS }, (cause, text) =>
      done(cause ? '' : text),
    ),
  );
