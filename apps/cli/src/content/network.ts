/** For `iwanto open --lan`: at which address devices reach this host, and how they get it. */
import type { Bus } from '@iwanto/bus';
import { Failure, isLinkLocal } from '@iwanto/wire';
import { remark, shown, styledError } from '../print.js';

/** The address that other peers know this host by. */
export async function addressInNetwork(bus: Bus): Promise<string> {
  const { peers } = await bus.call('peers.get', {});
  const own = peers.find(({ seen }) => seen === 'self')?.address;
  // A link-local one means nothing without the interface, and no browser takes that in an address.
  if (own !== undefined && !isLinkLocal(own)) return own;
  const sentence = `This host has no address that a device in its network could use${own === undefined ? '' : `, only ${own}`}.`;
  throw new Failure('E_NOT_FOUND', sentence);
}

/** Says until when it can be reached, with a code for a camera if a terminal shows it. */
export async function invite(name: string, address: string, endMs: number): Promise<void> {
  if (process.stderr.isTTY) {
    const { qrLines } = await import('./qr.js');
    const lines = qrLines(address);
    const fits = (process.stderr.columns || Infinity) >= (lines[0]?.length ?? 0);
    if (fits) for (const line of lines) remark(styledError(['whiteBright', 'bgBlack'], line));
    else remark('The terminal is too narrow for the QR code.');
  }
  const time = new Date(endMs).toLocaleTimeString('en-GB', { timeStyle: 'short' });
  remark(
    `Anybody on this network who has that address can play ${shown(name)} until ${time} or Ctrl-C, and nothing else. It is not encrypted.`,
  );
}
