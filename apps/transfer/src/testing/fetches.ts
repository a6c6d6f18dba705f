/** What a peer of a test was asked to send. */
import type { PieceRequest } from '@iwanto/wire';

/** HAVE is left out: it is a standing question, and the last one may arrive after the download it belongs to has ended. */
export const fetchesFrom = ({ asked }: { readonly asked: readonly PieceRequest[] }) =>
  asked.filter(({ ask }) => ask !== 'have');
