/** How long ago something was, in everyday form: one unit is enough. */

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** `2 h ago`; fractions of a unit are dropped. */
export function agoText(seconds: number): string {
  const [unit, length] = UNITS.find(([, one]) => seconds >= one) ?? UNITS[3];
  return `${Math.floor(seconds / length)} ${unit} ago`;
}
