/** `iwanto transfer`: runs the transfer service alone, as pm2 and systemd do. */
import { aloneCommand } from '../alone.js';

export const command = aloneCommand('transfer');
