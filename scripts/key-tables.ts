import { directoryKinds } from '../src/config/schema/directory-schema.ts';
import { editorSchemas, type JsonSchema } from '../src/config/editor-schema.ts';

/**
 * The tables of keys in docs/configuration.md, from the schemas. Each stands between
 * `<!-- keys of brand.schema.json -->` and `<!-- end of keys -->`.
 */
export function fillKeyTables(page: string): string {
  return Object.entries(editorSchemas).reduce((text, [name, create]) => {
    const start = `<!-- keys of ${name} -->`;
    const pattern = new RegExp(`${start.replaceAll('.', '\\.')}[\\s\\S]*?<!-- end of keys -->`);
    return text.replace(pattern, () => [start, keyTable(create()), '<!-- end of keys -->'].join('\n'));
  }, page);
}

function keyTable(schema: JsonSchema): string {
  return ['| key | value | default | meaning |', '|---|---|---|---|', ...rows(schema, '')].join('\n');
}

function rows(schema: JsonSchema, prefix: string): string[] {
  const required = schema.required ?? [];
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const inner = schemaOf(value);
    const path = `${prefix}${key}`;
    const described = sameKeys(path);
    if (described) return [`| \`${path}\` | mapping | | As \`${described}\`. |`];
    const fallback = required.includes(key) ? '**required**' : defaultWords(inner);
    return [
      `| \`${path}\` | ${cell(typeWords(inner))} | ${fallback} | ${cell(inner.description ?? '')} |`,
      ...innerRows(inner, path),
    ];
  });
}

/** An enrichment is a directory like the first: its keys are not listed twice. */
function sameKeys(path: string): string | undefined {
  const [, kind] = /^accounts\.enrich\[\]\.(\w+)$/.exec(path) ?? [];
  return kind !== undefined && Object.hasOwn(directoryKinds, kind) ? `accounts.${kind}` : undefined;
}

function innerRows(schema: JsonSchema, path: string): string[] {
  return [
    ...rows(schema, `${path}.`),
    ...rows(schemaOf(schema.items), `${path}[].`),
    ...rows(schemaOf(schema.additionalProperties), `${path}.<name>.`),
  ];
}

/** JSON Schema allows true, false and lists in place of a schema; they describe no keys. */
function schemaOf(value: JsonSchema['items']): JsonSchema {
  return typeof value === 'object' && !Array.isArray(value) ? value : {};
}

function typeWords(schema: JsonSchema): string {
  const rule = schema.anyOf?.[0] ?? schema;
  if (rule.enum) return rule.enum.map((choice) => `\`${String(choice)}\``).join(', ');
  if (rule.type === 'array') return `list of ${typeWords(schemaOf(rule.items))}`;
  if (rule.type === 'integer') return 'number';
  if (rule.type === 'boolean') return '`true`, `false`';
  return rule.type === 'object' ? 'mapping' : 'text';
}

/** The defaults of a mapping stand at its keys. */
function defaultWords({ default: fallback, properties }: JsonSchema): string {
  return fallback === undefined || properties ? '' : `\`${JSON.stringify(fallback)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
