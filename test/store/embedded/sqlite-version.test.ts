import { describe, expect, test } from '@jest/globals';
import { checkSqliteVersion } from '../../../src/store/embedded/sqlite-version.ts';

describe('the SQLite release of this Node', () => {
  test.each(['3.51.3', '3.51.4', '3.52.0', '3.100.0', '4.0'])('%s is accepted', (version) => {
    expect(() => checkSqliteVersion(version)).not.toThrow();
  });

  test.each(['3.51.2', '3.50.9', '3.9.99', '2.99.99', '3.51', 'no SQLite', ''])(
    '%p is refused in one sentence that says what to do',
    (version) => {
      expect(() => checkSqliteVersion(version)).toThrow(
        /needs SQLite 3\.51\.3 or newer.*use Node 22\.23\.3 or newer\.$/,
      );
    },
  );
});
