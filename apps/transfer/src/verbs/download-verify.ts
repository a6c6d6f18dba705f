/** `download.verify`: verify a finished download again, and return its receipt. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { Blake3 } from '@iwanto/merkle';
import type { PlacedStore } from '@iwanto/store';
import { receiptOf } from '../disk/receipt.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const downloadVerify =
  (blake3: Blake3, placed: PlacedStore): Verbs['download.verify'] =>
  ({ path }) =>
    receiptOf(blake3, placed, path);
