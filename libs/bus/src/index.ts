/** The local bus: its contract, and the functions that speak it. */
export * from './contract.js';
export * from './shapes.js';
