/** A function of a profile, as V8 names it. */
export interface Frame {
  functionName: string;
  url: string;
  lineNumber: number;
}

export function add(to: Map<string, number>, name: string, took: number): void {
  to.set(name, (to.get(name) ?? 0) + took);
}

/** Modules of the two kinds: some are known by an address, some by a path. */
export function isOwned({ url }: Frame): boolean {
  return url.startsWith('file:') || url.startsWith('/');
}

/** Whoever called Node's own code answers for it. */
export function ownerOf(stack: readonly Frame[]): string {
  const [running] = stack;
  if (running?.functionName === '(garbage collector)') return 'garbage collector';
  const owned = stack.find(isOwned);
  if (owned) return placeOf(owned.url);
  const internal = stack.find(({ url }) => url.startsWith('node:'));
  return internal
    ? `node ${internal.url.replace(/^node:(internal\/)?/, '').split('/')[0]}`
    : (running?.functionName ?? '');
}

function placeOf(url: string): string {
  const module = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (module) return module;
  return /\/((?:src|bench)\/(?:[^/]+(?=\/))?)/.exec(url)?.[1] ?? url;
}

export function nameOf(frame: Frame | undefined): string {
  if (!frame) return '';
  const file = frame.url.replace(/^(?:file:\/\/)?\/.*\/(node_modules|src|bench)\//, (_, folder) =>
    folder === 'node_modules' ? '' : `${folder}/`,
  );
  return `${frame.functionName || '(anonymous)'}${file && ` ${file}:${frame.lineNumber + 1}`}`;
}
