/** A piece that holds nothing but ASCII needs no wide literal, which would keep an index on codes from use. */
function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

/**
 * A text as a literal of T-SQL.
 *
 * Quotes are doubled. Two things cannot stand in a literal and are joined on: the zero character, and a backslash at the
 * end of a line, which would carry the literal on in the next line and vanish with the break.
 */
export function mssqlText(value: string): string {
  const parts: string[] = [];
  for (const [index, piece] of value.split('\0').entries()) {
    if (index > 0) parts.push('CHAR(0)');
    for (const [line, text] of piece.split(/(?<=\\)(?=\r?\n)/).entries()) {
      const broken = line > 0 ? (/^\r?\n/.exec(text)?.[0] ?? '') : '';
      for (const sign of broken) parts.push(`CHAR(${sign.charCodeAt(0)})`);
      const rest = text.slice(broken.length);
      if (rest !== '' || (index === 0 && line === 0)) {
        parts.push(`${isAscii(rest) ? '' : 'N'}'${rest.replaceAll("'", "''")}'`);
      }
    }
  }
  return parts.length === 1 ? (parts[0] ?? "''") : `(${parts.join(' + ')})`;
}
