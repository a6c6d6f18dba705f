import { describe, expect, test } from '@jest/globals';
import { ALL_LIED_MS, CALM_LOOK_MS, HUNGRY_LOOK_MS, Hunger, STALLED_MS } from './hunger.js';

const GIVE_UP_MS = 30_000;
const newHunger = () => new Hunger(0, GIVE_UP_MS);

describe('a download that is fed', () => {
  test('never gives up and looks for more sources once in a while', () => {
    const hunger = newHunger();
    const calm = { look: false, isStalled: false, giveUp: null, hungryMs: 0 };
    expect(hunger.decide(CALM_LOOK_MS - 1, false)).toEqual(calm);
    expect(hunger.decide(10 * GIVE_UP_MS, true)).toEqual({ ...calm, look: true });
    hunger.looked(10 * GIVE_UP_MS);
    expect(hunger.decide(10 * GIVE_UP_MS + 1, false).look).toBe(false);
  });

  test('is not poked into looking', () => {
    expect(newHunger().poke()).toBe(false);
  });
});

describe('a download that starves', () => {
  test('is stalled after a while, and gives up when nobody feeds it', () => {
    const hunger = newHunger();
    hunger.starving(true, 1_000);
    expect(hunger.decide(1_000 + STALLED_MS - 1, false).isStalled).toBe(false);
    expect(hunger.decide(1_000 + STALLED_MS, false).isStalled).toBe(true);
    expect(hunger.decide(1_000 + GIVE_UP_MS, false).giveUp).toBeNull();
    expect(hunger.decide(1_001 + GIVE_UP_MS, false)).toMatchObject({
      giveUp: 'nobody',
      hungryMs: 1 + GIVE_UP_MS,
    });
  });

  test('counts from the last good bytes', () => {
    const hunger = newHunger();
    hunger.starving(true, 0);
    hunger.fed(20_000);
    expect(hunger.decide(20_000 + GIVE_UP_MS, false).giveUp).toBeNull();
    hunger.starving(false, 60_000);
    expect(hunger.decide(60_000, false).hungryMs).toBe(0);
  });

  test('gives up sooner when every holder lied', () => {
    const hunger = newHunger();
    hunger.starving(true, 0);
    expect(hunger.decide(ALL_LIED_MS, true).giveUp).toBeNull();
    expect(hunger.decide(ALL_LIED_MS + 1, true).giveUp).toBe('allLied');
    expect(hunger.decide(ALL_LIED_MS + 1, false).giveUp).toBeNull();
  });

  test('looks often at first, then less often, and immediately when poked', () => {
    const hunger = newHunger();
    hunger.starving(true, 0);
    let nowMs = 0;
    for (const pauseMs of [...HUNGRY_LOOK_MS, HUNGRY_LOOK_MS[4]]) {
      expect(hunger.decide(nowMs + pauseMs - 1, false).look).toBe(false);
      expect(hunger.decide(nowMs + pauseMs, false).look).toBe(true);
      nowMs += pauseMs;
      hunger.looked(nowMs);
    }
    expect(hunger.poke()).toBe(true);
    expect(hunger.decide(nowMs + HUNGRY_LOOK_MS[0], false).look).toBe(true);
  });
});

describe('a wait for digests or a manifest', () => {
  test('counts from when it began, not from the last piece', () => {
    const hunger = newHunger();
    hunger.layerAwaited(100_000);
    hunger.layerAwaited(110_000);
    expect(hunger.decide(110_000, false).hungryMs).toBe(10_000);
    hunger.layerSettled();
    expect(hunger.isHungry).toBe(true);
    hunger.layerSettled();
    expect(hunger.decide(200_000, false).hungryMs).toBe(0);
  });
});
