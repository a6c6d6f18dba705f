/** How long ago something was, as people say it: one unit is enough. */

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** `2 h ago`; the part of a unit that is begun does not count. */
export function agoText(seconds: number): string {
  const [unit, length] = UNITS.find(([, one]) => seconds >= one) ?? UNITS[3];
  return `${Math.floor(seconds / length)} ${unit} ago`;
}
