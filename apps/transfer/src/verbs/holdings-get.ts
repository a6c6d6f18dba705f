/** `holdings.get`: what this host fetches or has fetched, and serves to others. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { HoldingNews } from '../uploading/holding-news.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const holdingsGet =
  (news: HoldingNews): Verbs['holdings.get'] =>
  () =>
    news.body();
