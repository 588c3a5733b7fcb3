/** Tables for terminals: columns as wide as what stands in them, Chinese counted double. */

/** Rows of cells under a head; the last column is not filled up. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(width(title), ...rows.map((row) => width(row[column] ?? "")))
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) =>
      column === head.length - 1 ? cell : cell + " ".repeat(widths[column] - width(cell))
    ).join("  ").trimEnd();
  const rule = widths.map((wide) => "─".repeat(wide)).join("──");
  return [line(head), rule, ...rows.map(line)].join("\n");
}

/** Columns that a text takes: East Asian wide characters take two. */
function width(text: string): number {
  let columns = 0;
  for (const character of text) {
    columns +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/
          .test(character)
        ? 2
        : 1;
  }
  return columns;
}
