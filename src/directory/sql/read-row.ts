import { unusableAnswer } from '../unusable-answer.ts';
import type { QueryResult } from './database.ts';

/** The one row of an answer. */
export interface Row {
  columns: readonly string[];
  /** As the driver gives it. @throws ParleyError('directory_unavailable') when there is no such column */
  value(column: string): unknown;
  /** As JSON has it. @throws ParleyError('directory_unavailable') for bytes, or when there is no such column */
  json(column: string): unknown;
}

/**
 * @param statement its key in the configuration, for the operator
 * @returns undefined when there is no row
 * @throws ParleyError('directory_unavailable') when there are several, or two columns of one name
 */
export function readRow({ columns, rows }: QueryResult, statement: string): Row | undefined {
  const [row] = rows;
  if (!row) return undefined;
  // Whichever was taken could be another consumer's.
  if (rows.length > 1)
    throw unusable(statement, 'gave several rows for one account: what it compares is not unique');
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw unusable(statement, `gives the column ${twice} twice: name them apart`);

  const placeOf = (column: string): number => {
    const place = names.indexOf(column);
    if (place < 0) throw unusable(statement, `gives no column ${column}`);
    return place;
  };
  return {
    columns: names,
    value: (column) => row[placeOf(column)],
    json(column) {
      const place = placeOf(column);
      return columns[place]?.toJson(row[place]);
    },
  };
}

function unusable(statement: string, problem: string): ReturnType<typeof unusableAnswer> {
  return unusableAnswer(`the statement ${statement} ${problem}`);
}
