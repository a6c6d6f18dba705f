/** Whether a socket really has the options that protect it: ZeroMQ ignores some silently, such as those set too late. */
import { Failure } from '@iwanto/wire';

/** Throws if one is not in force. */
export function mustHave<S extends object>(socket: S, wanted: Partial<S>): S {
  for (const [name, value] of Object.entries(wanted)) {
    const found: unknown = socket[name as keyof S];
    if (found === value) continue;
    throw new Failure(
      'E_UNEXPECTED',
      `The option ${name} of a socket is ${String(found)}, not ${String(value)}.`,
    );
  }
  return socket;
}
