/**
 * Cells of a CSV file in DuckDB's SQL. Real extracts quote only where they must; nothing stands for a missing text or
 * date (cohort-extractor §5.6).
 */
import { csvCell } from '../formats/csv-cell.ts';
import type { WrittenCells } from '../plan/written-cells.ts';

export const csvCells: WrittenCells = {
  cell: ({ type, dateLength }, value) => {
    switch (type) {
      case 'bool':
        return `(CASE WHEN ${value} THEN '1' ELSE '0' END)`;
      case 'int':
        return value;
      case 'float':
        // There is no negative zero.
        return `(${value} + CAST(0 AS DOUBLE))`;
      case 'str':
        return `(CASE WHEN regexp_matches(${value}, '[",\\r\\n]') THEN '"' || replace(${value}, '"', '""') || '"' ELSE ${value} END)`;
      case 'date':
        return dateLength === 10 || dateLength === null
          ? value
          : `substr(CAST(${value} AS VARCHAR), 1, ${dateLength})`;
    }
  },
  // What is unknown is nothing to `concat`, which also puts many texts together at once.
  joined: (cells) => `concat(${cells.map((cell) => `CAST(${cell} AS VARCHAR)`).join(", ',', ")})`,
  heading: (columns) => columns.map(({ name }) => csvCell(name)).join(','),
};
