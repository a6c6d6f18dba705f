/** One download as a state machine: sources and pieces in, requests and verdicts out. */
export * from './messages.js';
export { Swarm } from './swarm.js';
