/** What a hash prefix was taken to mean, in full: the peer that answered for the LAN chose it. */
import { shown } from './print.js';

export const meantText = (
  typed: string,
  { hash, name }: { readonly hash: string; readonly name: string },
): string => `${typed} means ${hash}, "${shown(name)}"`;
