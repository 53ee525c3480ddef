/**
 * What stands under a session's uid (layout 2): the id under which its record is now, behind an exclamation mark once the
 * session has ended. Both are asked for with each token and each save, so one key has them; and whoever ends a session
 * once more, because the first end was cut short, still finds it.
 */
export interface Whereabouts {
  id: string | undefined;
  hasEnded: boolean;
}

export function readWhereabouts(text: string | null): Whereabouts {
  const hasEnded = text?.startsWith('!') ?? false;
  return { id: (hasEnded ? text?.slice(1) : text) || undefined, hasEnded };
}
