/**
 * Older releases can lose committed transactions when two connections reset the write-ahead log at once
 * (fixed in 3.51.3), which is what several workers on one file do.
 */
const oldest = [3, 51, 3] as const;

export function checkSqliteVersion(version: string): void {
  const parts = version.split('.').map(Number);
  for (const [position, wanted] of oldest.entries()) {
    const found = parts[position] ?? 0;
    if (found > wanted) return;
    if (found < wanted) {
      throw new Error(
        `The embedded store needs SQLite ${oldest.join('.')} or newer, but this Node carries ${version}: use Node 22.23.3 or newer.`,
      );
    }
  }
}
