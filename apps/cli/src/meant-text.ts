/** What the beginning of a hash was taken to mean, in full: whoever answered for the LAN chose it. */
import { shown } from './print.js';

export const meantText = (
  typed: string,
  { hash, name }: { readonly hash: string; readonly name: string },
): string => `${typed} means ${hash}, "${shown(name)}"`;
