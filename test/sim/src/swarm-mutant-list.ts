/** Deliberate bugs of the swarm, as data: each a change of its source, and what it removes. */
import type { Mutant } from './mutant-list.js';

const mutant = (name: string, file: string, find: string, replace: string): Mutant => ({
  name,
  patches: [{ file, find, replace }],
});

/** Files are those of libs/swarm/src. */
export const SWARM_MUTANTS: readonly Mutant[] = [
  mutant(
    'who sends a bad piece may continue',
    'swarm.ts',
    "if (asked) this.#ban(source, 'badPiece');",
    '',
  ),
  mutant(
    'a bad piece counts',
    'swarm.ts',
    "input.verdict === 'ok' ? this.#pieces.arrive(piece) : undefined",
    'this.#pieces.arrive(piece)',
  ),
  mutant(
    'what a lost source was asked for is asked of nobody else',
    'swarm.ts',
    'for (const piece of source.asks.keys()) this.#unask(piece, id);',
    '',
  ),
  mutant(
    'bytes that a lost source owed stay in flight',
    'swarm.ts',
    'this.#bytesInFlight -= source.askedBytes;',
    '',
  ),
  mutant(
    'no end game',
    'swarm.ts',
    'return piece ?? this.#endGame.choose(source, nowMs);',
    'return piece;',
  ),
  mutant(
    'who comes back is not banned any more',
    'swarm.ts',
    'if (this.#trust.isBanned(id) || this.#sources.has(id)) return;',
    'if (this.#sources.has(id)) return;',
  ),
  mutant(
    'faults never add up',
    'swarm.ts',
    "if (this.#trust.strike(source.id)) this.#ban(source, 'strikes');",
    'this.#trust.strike(source.id);',
  ),
  mutant(
    'a busy source is asked again at the same moment',
    'swarm.ts',
    'return source.pause(at.nowMs);',
    'return;',
  ),
  mutant(
    'a file that was refused is asked for again at the same moment',
    'swarm.ts',
    'return source.refuseFile(at.file, at.nowMs);',
    'return;',
  ),
  mutant('a refusal is for ever', 'swarm.ts', 'source.forgive(nowMs);', ''),
  mutant('a silent source keeps its window', 'swarm.ts', 'source.shrink(nowMs);', ''),
  mutant(
    'nobody says that no source is left',
    'swarm.ts',
    'if (stalled !== this.#stalled) this.#out',
    'if (false) this.#out',
  ),
  mutant(
    'what somebody waits for comes when it comes',
    'swarm.ts',
    'const urgent = this.#chooseUrgent(source, nowMs);',
    'const urgent: number | undefined = undefined;',
  ),
  mutant(
    'bytes in flight have no limit',
    'swarm.ts',
    'this.#bytesInFlight + bytes > this.#limits.bytesInFlightMax',
    'false',
  ),
  mutant('nobody is ever late', 'source.ts', "if (waitedMs > slowMs) return 'late';", ''),
  mutant(
    'who never delivered may take as long as everybody',
    'source.ts',
    "return waitedMs > unusualMs ? 'unusual' : 'none';",
    "return 'none';",
  ),
  mutant(
    'who never delivered holds more than one piece',
    'source.ts',
    'this.asks.size === 0 || (this.isProved && ',
    'this.asks.size === 0 || (',
  ),
  mutant(
    'the window does not follow the speed',
    'source.ts',
    'if (this.#rate === 0) return windowBytesFirst;',
    'return windowBytesFirst;',
  ),
  mutant(
    'the rarest is not asked for first',
    'picker.ts',
    'const cost = costOf(piece);',
    'const cost = 0;',
  ),
  mutant(
    'everybody brings in everything',
    'shares.ts',
    'if (weight(salt, piece) > own) count += 1;',
    '',
  ),
  mutant(
    'who is to bring in a piece is waited for without end',
    'picker.ts',
    'if (this.#waits) this.#reach = 2 * this.#reach + 1;',
    '',
  ),
  mutant(
    'a holder of everything is asked for what others have',
    'picker.ts',
    'holders > 0 ? mayCopy : ',
    'holders > 0 ? true : ',
  ),
  mutant(
    'those who never delivered can hold the last piece',
    'end-game.ts',
    'const counted = source.isProved',
    'const counted = false',
  ),
];
