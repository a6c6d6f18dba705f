/** A QR code of half blocks: two rows of it in one line of a terminal. */
import encodeQR from 'qr';

/** Light modules around it, which cameras need. */
const BORDER = 2;

/** Light modules are drawn and dark ones left out, so that it is right on a dark ground. */
export function qrLines(text: string): string[] {
  const rows = encodeQR(text, 'raw', { ecc: 'low', border: BORDER });
  const lines: string[] = [];
  for (let at = 0; at < rows.length; at += 2) {
    const [upper = [], lower = []] = [rows[at], rows[at + 1]];
    lines.push(upper.map((isDark, column) => block(!isDark, lower[column] === false)).join(''));
  }
  return lines;
}

function block(isUpperLight: boolean, isLowerLight: boolean): string {
  if (isUpperLight) return isLowerLight ? '█' : '▀';
  return isLowerLight ? '▄' : ' ';
}
