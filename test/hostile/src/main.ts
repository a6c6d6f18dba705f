/** `npm run hostile -- [NAME…|all]`: an attack on honest peers that run on the loopback interface; without a name, a list. */
import { reasonOf } from '@iwanto/wire';
import type { Attack } from './attack.js';
import { ATTACKS } from './attacks.js';
import { Room } from './room.js';

const NAME_COLUMNS = 10;

function list(): void {
  for (const { name, about, cases } of ATTACKS)
    console.log(`${name.padEnd(NAME_COLUMNS)} ${about} (HOSTILE ${cases.join(', ')})`);
}

/** True if the honest peers did their work, within the bound. */
async function attack({ name, wantedBytes, run }: Attack): Promise<boolean> {
  const room = await Room.open(wantedBytes);
  try {
    const { text, wrong } = await run(room);
    console.log(`${name.padEnd(NAME_COLUMNS)} ${text}`);
    for (const each of wrong) console.error(`${name}: WRONG: ${each}`);
    return wrong.length === 0;
  } catch (cause) {
    console.error(`${name}: WRONG: ${reasonOf(cause)}`);
    return false;
  } finally {
    await room.close();
  }
}

async function main(names: readonly string[]): Promise<number> {
  if (names.length === 0) {
    list();
    return 0;
  }
  const isAll = names.includes('all');
  const unknown = names.filter(
    (name) => name !== 'all' && !ATTACKS.some((one) => one.name === name),
  );
  if (unknown.length > 0) {
    console.error(`There is no attack ${unknown.join(', ')}; without a name all are listed.`);
    return 2;
  }
  let isRight = true;
  for (const one of ATTACKS) {
    if (isAll || names.includes(one.name)) isRight = (await attack(one)) && isRight;
  }
  return isRight ? 0 : 1;
}

process.exit(await main(process.argv.slice(2)));
