import { Eta } from 'eta';

/** HTML for one kind of model. */
export type Template<Model> = (model: Model) => string;

const eta = new Eta({ autoEscape: true, autoTrim: false });

/** Compiles an eta template once; `<%= %>` escapes. */
export function createTemplate<Model extends object>(source: string): Template<Model> {
  const compiled = eta.compile(source);
  return (model) => eta.render(compiled, model);
}
