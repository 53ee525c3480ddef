import { z } from 'zod';
import { compileExpression } from '../../src/claims/compile-expression.ts';
import { directoryKinds } from '../../src/config/schema/directory-schema.ts';
import type { AccountDirectory } from '../../src/directory/contract.ts';
import { openDirectory } from '../../src/directory/open-directory.ts';
import { createLog } from '../../src/log.ts';

/** The directory that `accounts` of a brand file describes, with its defaults, as a brand's site opens it. */
export async function openTestDirectory(
  accounts: z.input<z.ZodObject<typeof directoryKinds>>,
  { log = createLog({ level: 'silent' }) } = {},
): Promise<AccountDirectory> {
  return openDirectory(
    { ...z.strictObject(directoryKinds).parse(accounts), enrich: [] },
    { log, now: Date.now, compile: (expression) => compileExpression(expression).evaluate },
  );
}
