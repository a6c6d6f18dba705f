/** `iwanto indexer`: runs the indexer service alone, as pm2 and systemd do. */
import { aloneCommand } from '../alone.js';

export const command = aloneCommand('indexer');
