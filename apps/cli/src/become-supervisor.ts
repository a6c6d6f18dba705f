/** The last step of `iwanto start`: the same process, with the same number and lock, runs the supervisor. */
import { fileURLToPath } from 'node:url';
import { SERVICES } from '@iwanto/bus';
import { type HeldLock, SUPERVISOR_FLAGS, nodeEnvironment, nodeFlags } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { programOf } from './alone.js';
import type { Order } from './supervisor.js';

const SUPERVISOR = fileURLToPath(new URL('./supervisor.js', import.meta.url));

export interface Wanted {
  readonly lock: HeldLock;
  readonly json: boolean;
}

/** Returns only by a failure. */
export function becomeSupervisor({ lock: { path, text }, json }: Wanted): never {
  const given = process.execArgv;
  const order: Order = {
    services: SERVICES.map((service) => ({
      service,
      program: programOf(service),
      nodeArguments: [...given, ...nodeFlags(service)],
      environment: nodeEnvironment(service),
    })),
    lock: { path, text },
    json,
  };
  if (!process.execve) throw new Failure('E_UNEXPECTED', 'This system cannot replace a process.');
  // What is done at the end of a process, such as keeping its compiled code: nothing runs after this one.
  process.emit('exit', 0);
  const words = [...given, ...SUPERVISOR_FLAGS, SUPERVISOR, JSON.stringify(order)];
  return process.execve(process.execPath, [process.execPath, ...words]);
}
