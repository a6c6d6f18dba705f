/** `upload.list`: what is being sent to others. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { Uploads } from '../uploading/uploads.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const uploadList =
  (sent: Uploads): Verbs['upload.list'] =>
  () => ({ bytesSent: sent.bytesSent, uploads: sent.list() });
