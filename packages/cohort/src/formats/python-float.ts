/**
 * A number as Python writes a float, and so as pandas writes one to CSV: shortest digits that read back as the same
 * number, a decimal point always, an exponent of at least two digits below 1e-4 and from 1e16 on.
 */
export function pythonFloat(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e16) {
    return Object.is(value, -0) ? '-0.0' : `${value}.0`;
  }
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  // JavaScript and Python agree on the digits, and on the notation between these bounds.
  if (size >= 1e-4 && size < 1e16) return String(value);
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Math.abs(Number(exponent));
  return `${mantissa}e${exponent.startsWith('-') ? '-' : '+'}${power < 10 ? '0' : ''}${power}`;
}
