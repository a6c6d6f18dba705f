/** What a caught cause says: anything may have been thrown, even an error of another realm. */

function textIn(cause: unknown, field: string): string | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined;
  const value: unknown = Reflect.get(cause, field);
  return typeof value === 'string' ? value : undefined;
}

/** The reason in words. */
export const reasonOf = (thrown: unknown): string => textIn(thrown, 'message') ?? String(thrown);

/** Where it was thrown, for the log; the reason if that is unknown. */
export const stackOf = (thrown: unknown): string => textIn(thrown, 'stack') ?? reasonOf(thrown);

/** The code that the system, or a Failure, gave the error (`ENOENT`, `E_TIMEOUT`); empty if there is none. */
export const codeOf = (cause: unknown): string => textIn(cause, 'code') ?? '';
