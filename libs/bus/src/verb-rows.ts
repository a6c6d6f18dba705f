/** How a row of the contract is written, and the three rows that every service has. */
import { type VerbRow } from '@iwanto/wire';
import { z } from 'zod';
import { type ServiceName, nothing, serviceStatusSchema } from './shapes.js';

/** The limit of an answer that needs nobody else, in ms. */
export const SHORT_MS = 2_000;

/** Which service answers a verb. */
export interface Owned<S extends ServiceName> {
  readonly owner: S;
}
/** Keeps the literal types of a row, so that questions, answers and owners are typed by name. */
export const verb = <S extends ServiceName, Q extends z.ZodType, A extends z.ZodType>(
  row: VerbRow<Q, A> & Owned<S>,
) => row;

export const statusOf = <S extends ServiceName>(owner: S) =>
  verb({
    owner,
    about: `The state of the ${owner} service.`,
    question: nothing,
    answer: serviceStatusSchema,
    limitMs: SHORT_MS,
  });
export const stopOf = <S extends ServiceName>(owner: S) =>
  verb({
    owner,
    about: `Stop the ${owner} service in order; it answers first.`,
    question: nothing,
    answer: nothing,
    limitMs: SHORT_MS,
  });
export const reloadOf = <S extends ServiceName>(owner: S) =>
  verb({
    owner,
    about: `Read the configuration again; changes take effect in the ${owner} service.`,
    question: nothing,
    answer: z.object({ changed: z.array(z.string()) }),
    limitMs: 10_000,
  });
