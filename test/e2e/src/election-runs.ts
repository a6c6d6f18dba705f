/** `npm run faults -- [--runs 20] [--peers 3,8] [--only WORDS]`: every fault on real processes, one line of figures each. */
import { parseArgs } from 'node:util';
import { FAULTS } from './election-faults.js';
import { type Series, quantile, runSeries } from './election-series.js';
import { lanImpossible } from '@iwanto/peer/lan';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    peers: { type: 'string', default: '3,8' },
    only: { type: 'string', default: '' },
  },
});

const figures = (ms: readonly number[]): string =>
  ms.length === 0
    ? '-'.padStart(21)
    : [0.5, 0.99, 1].map((share) => quantile(ms, share).toFixed(0).padStart(6)).join(' ');

function line({ fault, peers, lostMs, healedMs, faults }: Series): string {
  const failed = faults.length === 0 ? '' : `  FAILED: ${faults.join('; ')}`;
  const runs = String(lostMs.length).padStart(3);
  return `${fault.name.padEnd(42)} ${peers} ${runs} ${figures(lostMs)}   ${figures(healedMs)}${failed}`;
}

async function main(): Promise<boolean> {
  const reason = lanImpossible();
  if (reason) {
    console.error(`Nothing was run: ${reason}.`);
    return false;
  }
  console.log(`${'fault'.padEnd(42)} N runs  lost: p50 p99 max ms   healed: p50 p99 max ms`);
  let good = true;
  for (const peers of values.peers.split(',').map(Number)) {
    for (const fault of FAULTS.filter(({ name }) => name.includes(values.only))) {
      const series = await runSeries(fault, peers, Number(values.runs));
      good &&= series.faults.length === 0;
      console.log(line(series));
    }
  }
  return good;
}

process.exitCode = (await main()) ? 0 : 1;
