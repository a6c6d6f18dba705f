/** One line of the doctor: what was checked, its state, and what to do. */

export type Level = 'ok' | 'warning' | 'broken';

export interface Finding {
  /** A short name of what was checked; several findings may share one. */
  readonly check: string;
  readonly level: Level;
  readonly text: string;
  /** What to do; present if the level is not `ok`. */
  readonly remedy?: string;
}

export const ok = (check: string, text: string): Finding => ({ check, level: 'ok', text });

export const warning = (check: string, text: string, remedy: string): Finding => ({
  ...{ check, level: 'warning', text, remedy },
});

export const broken = (check: string, text: string, remedy: string): Finding => ({
  ...{ check, level: 'broken', text, remedy },
});
