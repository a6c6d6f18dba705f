/** What must never happen, checked after every event. The numbers are those of docs/consensus.md. */
import {
  type Output,
  type Phase,
  type State,
  brokenInvariant,
  deadlineMs,
  phaseOf,
  reignOf,
  tokenOf,
} from '@iwanto/consensus';
import { type ElectionMessage, rowOf } from '@iwanto/wire';
import { leadersOf } from './agreement.js';
import { Strangers } from './strangers.js';
import type { Host, Timeless } from './host.js';
import type { Witness, World } from './world.js';

/** A resumed leader is watched for usurping for this long. */
const I8_WATCH_MS = 5_000;
const I8_PAUSE_MS = 500;
/** The quiet that must precede a leadership before nobody may usurp it. */
const I9_QUIET_MS = 3_000;

interface Before {
  readonly epoch: number;
  readonly phase: Phase;
  readonly stale: boolean;
  readonly leader: State['leader'];
  readonly standbys: State['standbys'];
  readonly rosterVersion: number;
  readonly members: number;
}

interface Watch {
  boot: string;
  epoch: number;
  secret: Uint8Array | null;
  secretEpoch: number;
  second: number;
  sentInSecond: number;
  /** Asked deadline when its pause began, and whether it woke as a leader that has not asked yet. */
  pausedDueMs: number | null;
  pausedForMs: number;
  unverified: boolean;
  resumedMs: number;
  ledSinceMs: number;
}

const freshWatch = (): Watch => ({
  boot: '',
  epoch: 0,
  secret: null,
  secretEpoch: -1,
  second: -1,
  sentInSecond: 0,
  pausedDueMs: null,
  pausedForMs: 0,
  unverified: false,
  resumedMs: -Infinity,
  ledSinceMs: Infinity,
});

const speaksAsLeader = (message: ElectionMessage) => rowOf(message).actsAsLeader === true;

export class Safety implements Witness {
  leaderChanges = 0;
  /** When the network last changed for the worse or the better. */
  disturbedMs = 0;
  readonly #watches: Watch[];
  readonly #tokenOfReign = new Map<string, string>();
  readonly #reignOfToken = new Map<string, string>();
  readonly #strangers = new Strangers();
  #was: Before | null = null;

  constructor(private readonly world: World) {
    this.#watches = world.hosts.map(freshWatch);
  }

  /** A pause begins: what the host expected of its clock. */
  paused(host: Host, forMs: number): void {
    const watch = this.#watches[host.index]!;
    watch.pausedDueMs ??= deadlineMs(host.state);
    watch.pausedForMs = forMs;
  }

  before(host: Host, input: Timeless): void {
    const { state } = host;
    const { message } = input.type === 'received' ? input : { message: null };
    const stale =
      message !== null &&
      message.epoch < state.epoch &&
      rowOf(message).isVoidFromEarlierEpoch === true &&
      deadlineMs(state) > this.world.nowMs;
    this.#was = {
      epoch: state.epoch,
      phase: phaseOf(state),
      stale,
      leader: state.leader,
      standbys: state.standbys,
      rosterVersion: state.rosterVersion,
      members: state.members.size,
    };
    this.#noteResume(host);
  }

  #noteResume(host: Host): void {
    const watch = this.#watches[host.index]!;
    if (watch.pausedDueMs === null || host.pausedUntilMs > 0) return;
    const { nowMs } = this.world;
    const late = nowMs - watch.pausedDueMs > host.state.timers.leaseMs;
    watch.unverified = late && phaseOf(host.state) === 'leading';
    if (watch.pausedForMs >= I8_PAUSE_MS) watch.resumedMs = nowMs;
    watch.pausedDueMs = null;
  }

  after(host: Host, input: Timeless, outputs: readonly Output[]): void {
    const broken =
      brokenInvariant(host.state) ??
      this.#epochFell(host) ??
      this.#tokenMixed(host) ??
      this.#staleWordCounted(host) ??
      this.#admittedTooOld(outputs) ??
      this.#spokeUnverified(host, outputs) ??
      this.#tooTalkative(host, outputs) ??
      this.#strangers.answeredTooMuch(host, input, outputs) ??
      this.#strangers.admitted(outputs) ??
      this.#usurped(host);
    if (broken !== null) this.world.fail(`${host.name}: ${broken} (on ${nameOf(input)})`);
  }

  #epochFell(host: Host): string | null {
    const watch = this.#watches[host.index]!;
    const { epoch } = host.state;
    const fell = watch.boot === host.boot && epoch < watch.epoch;
    if (watch.boot !== host.boot) Object.assign(watch, freshWatch(), { boot: host.boot });
    watch.epoch = epoch;
    return fell ? 'I1: epoch fell' : null;
  }

  #tokenMixed(host: Host): string | null {
    const watch = this.#watches[host.index]!;
    const { state } = host;
    if (state.secret === null || state.leader === null) return null;
    if (watch.secret === state.secret && watch.secretEpoch === state.epoch) return null;
    watch.secret = state.secret;
    watch.secretEpoch = state.epoch;
    const token = tokenOf(state)?.join() ?? '';
    const reign = `${state.leader.peer} ${state.leader.boot} ${state.epoch}`;
    const [known, of] = [this.#tokenOfReign.get(reign), this.#reignOfToken.get(token)];
    if (known !== undefined && known !== token) return 'I3: two tokens of one reign';
    if (of !== undefined && of !== reign) return 'I3: one token for two reigns';
    this.#tokenOfReign.set(reign, token);
    this.#reignOfToken.set(token, reign);
    return null;
  }

  #staleWordCounted(host: Host): string | null {
    const was = this.#was;
    if (was === null || !was.stale || was.phase === 'joining') return null;
    const { state } = host;
    // A leader chooses its standbys itself; the message may only have made it beat earlier.
    const sameStandbys = reignOf(state) !== null || state.standbys === was.standbys;
    const same =
      state.leader?.boot === was.leader?.boot &&
      sameStandbys &&
      state.rosterVersion === was.rosterVersion &&
      state.members.size === was.members;
    return same ? null : 'I4: a word from an earlier epoch counted';
  }

  #admittedTooOld(outputs: readonly Output[]): string | null {
    for (const output of outputs)
      if (output.type === 'send' && output.message.type === 'welcome')
        if (output.message.rank <= output.message.leader.rank)
          return 'I5: a member was admitted as old as its leader';
    return null;
  }

  #spokeUnverified(host: Host, outputs: readonly Output[]): string | null {
    const watch = this.#watches[host.index]!;
    const phase = phaseOf(host.state);
    const spoke = outputs.some((each) => 'message' in each && speaksAsLeader(each.message));
    const asked = this.#was?.phase === 'suspended' && phase !== 'suspended';
    if (asked || (phase !== 'leading' && phase !== 'suspended')) watch.unverified = false;
    if (watch.unverified && spoke) return 'I6: spoke as leader after a pause, before asking';
    return spoke && phase === 'leading' ? this.#rivalAfterPause(host, watch) : null;
  }

  #rivalAfterPause(host: Host, watch: Watch): string | null {
    const { world } = this;
    if (world.nowMs - watch.resumedMs > I8_WATCH_MS) return null;
    if (world.network.link.loss > 0 || world.nowMs - this.disturbedMs < I8_WATCH_MS) return null;
    const rival = leadersOf(world).find(
      (each) =>
        each !== host &&
        each.state.epoch > host.state.epoch &&
        each.pausedUntilMs === 0 &&
        each.state.members.size > 0 &&
        (reignOf(each.state)?.sinceMs ?? Infinity) < watch.resumedMs,
    );
    return rival === undefined ? null : `I8: beats after its pause although ${rival.name} leads`;
  }

  #tooTalkative(host: Host, outputs: readonly Output[]): string | null {
    const watch = this.#watches[host.index]!;
    const second = Math.floor(this.world.nowMs / 1_000);
    if (second !== watch.second) {
      watch.second = second;
      watch.sentInSecond = 0;
    }
    for (const each of outputs)
      if (each.type === 'send' || each.type === 'multicast') watch.sentInSecond += 1;
    const most = 200 + 10 * this.world.hosts.length;
    return watch.sentInSecond > most ? `I7: more than ${most} datagrams in one second` : null;
  }

  #usurped(host: Host): string | null {
    const { world } = this;
    const was = this.#was;
    const watch = this.#watches[host.index]!;
    const leading = reignOf(host.state) !== null;
    const began = leading && was?.phase !== 'leading' && was?.phase !== 'suspended';
    if (!leading) watch.ledSinceMs = Infinity;
    if (!began) return null;
    watch.ledSinceMs = world.nowMs;
    this.leaderChanges += 1;
    const { link } = world.network;
    const quietMs = world.nowMs - Math.max(this.disturbedMs, host.bootedAtMs + I9_QUIET_MS);
    if (link.loss > 0 || link.multicastLoss > 0 || !link.multicast || quietMs < I9_QUIET_MS)
      return null;
    const robbed = leadersOf(world).find(
      (each) =>
        each !== host &&
        each.pausedUntilMs === 0 &&
        world.nowMs - this.#watches[each.index]!.ledSinceMs > I9_QUIET_MS,
    );
    return robbed === undefined ? null : `I9: usurped ${robbed.name}`;
  }
}

const nameOf = (input: Timeless) =>
  input.type === 'received' ? `${input.message.type} received` : input.type;
