/** From which phase to which, on what cause: the table that the machine follows and that the diagram is drawn from. */

export const PHASES = [
  'idle',
  'joining',
  'following',
  'suspecting',
  'claiming',
  'leading',
  'suspended',
  'leaving',
  'left',
] as const;
export type Phase = (typeof PHASES)[number];

export interface Transition {
  readonly from: Phase;
  readonly on: string;
  readonly to: Phase;
}

const row = <F extends Phase, O extends string>(from: F, on: O, to: Phase) => ({ from, on, to });

/** Every move there is; docs/consensus.md says each in words. */
export const TRANSITIONS = [
  row('idle', 'start', 'joining'),

  row('joining', 'welcomed', 'following'),
  row('joining', 'oldest joiner', 'leading'),
  row('joining', 'twin', 'left'),
  row('joining', 'leave', 'leaving'),

  row('following', 'leader silent', 'suspecting'),
  row('following', 'successor welcomed', 'following'),
  row('following', 'cut off', 'joining'),
  row('following', 'leave', 'leaving'),

  row('suspecting', 'leader heard', 'following'),
  row('suspecting', 'paused', 'following'),
  row('suspecting', 'silence proved', 'claiming'),
  row('suspecting', 'successor welcomed', 'following'),
  row('suspecting', 'cut off', 'joining'),
  row('suspecting', 'leave', 'leaving'),

  row('claiming', 'objection', 'following'),
  row('claiming', 'leader heard', 'following'),
  row('claiming', 'paused', 'following'),
  row('claiming', 'no objection', 'leading'),
  row('claiming', 'successor welcomed', 'following'),
  row('claiming', 'cut off', 'joining'),
  row('claiming', 'leave', 'leaving'),

  row('leading', 'paused', 'suspended'),
  row('leading', 'older leader welcomed', 'following'),
  row('leading', 'leave', 'leaving'),

  row('suspended', 'verified', 'leading'),
  row('suspended', 'superseded', 'joining'),
  row('suspended', 'leave', 'leaving'),

  row('leaving', 'goodbyes said', 'left'),
] as const satisfies readonly Transition[];

export type Cause = (typeof TRANSITIONS)[number]['on'];

/** Where `cause` leads from `from`; undefined if the table has no such move. */
export function nextPhase(from: Phase, cause: Cause): Phase | undefined {
  return TRANSITIONS.find((each) => each.from === from && each.on === cause)?.to;
}

/** The table as a mermaid state diagram, as shown in docs/consensus.md. */
export function transitionDiagram(): string {
  const lines = TRANSITIONS.map(({ from, on, to }) => `  ${from} --> ${to}: ${on}`);
  return ['stateDiagram-v2', '  [*] --> idle', ...lines, '  left --> [*]', ''].join('\n');
}
