/** `?` as PostgreSQL writes it. */

/**
 * `?` becomes `$1`, `$2` … in turn, `?2` becomes `$2`; what stands in quotes is left. A statement
 * has either numbered ones or none: mixed they are refused, since people count them otherwise.
 */
export function numberedPlaces(sql: string): string {
  let next = 0;
  let numbered = false;
  const text = sql.replaceAll(/'[^']*'|"[^"]*"|\?(\d*)/g, (found, number: string | undefined) => {
    if (!found.startsWith("?")) return found;
    if (number !== undefined && number !== "") {
      numbered = true;
      return `$${number}`;
    }
    return `$${++next}`;
  });
  if (numbered && next > 0) throw new Error(`Cannot number the places of "${sql}": ? beside ?1`);
  return text;
}
