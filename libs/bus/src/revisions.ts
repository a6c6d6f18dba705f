/** Revisions of what is followed over the bus. */

let last = 0;

/**
 * Higher than any before it in this process: a service that restarts inside its process keeps its sockets, so
 * those who follow it continue to compare with what they heard before.
 */
export const nextRevision = (): number => (last += 1);
