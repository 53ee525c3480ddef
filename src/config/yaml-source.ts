import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  isNode,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import type { ConfigPath } from './contract.ts';
import { type Fault, interpolate, type ValueSources } from './interpolate.ts';
import { describeYamlError } from './describe-yaml-error.ts';

/** One YAML file: its value with everything interpolated, and where each path stands in the text. */
export interface YamlSource {
  /** undefined when the text is not YAML; the faults say why. */
  value: unknown;
  faults: PlacedFault[];
  /** Paths whose value came whole from outside: such a text may stand for a number or a truth value. */
  fromOutside: ConfigPath[];
  /** Line and column of the key or list item, or of the nearest that exists. */
  locate(path: ConfigPath): Place;
}

export interface Place {
  line: number;
  column: number;
}

export interface PlacedFault extends Fault, Place {
  path: ConfigPath;
}

export function readYamlSource(text: string, sources: ValueSources): YamlSource {
  const lines = new LineCounter();
  // Pretty errors quote the line, and with it perhaps a secret.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const locate = (path: ConfigPath): Place => place(offsetOf(document, path));
  const errors = [...document.errors, ...unknownAliases(document)];
  const faults: PlacedFault[] = errors.map(({ code, pos }) => ({
    ...describeYamlError(code, text.slice(pos[0])),
    ...place(pos[0]),
    path: [],
  }));
  const fromOutside: ConfigPath[] = [];
  // A key that stands twice leaves the rest readable; any other mistake makes the structure a guess.
  if (errors.some(({ code }) => code !== 'DUPLICATE_KEY')) {
    return { value: undefined, faults, fromOutside, locate };
  }
  for (const { node, text: written, path } of textScalars(document.contents, [])) {
    const result = interpolate(written, sources);
    node.value = result.text;
    if (result.whole) fromOutside.push(path);
    faults.push(...result.faults.map((fault) => ({ ...fault, ...locate(path), path })));
  }
  return { value: toValue(document, faults), faults, fromOutside, locate };
}

function toValue(document: Document, faults: PlacedFault[]): unknown {
  try {
    // Through JSON, because anchors make values share objects, and each place is repaired by itself.
    return JSON.parse(JSON.stringify(document.toJS() ?? null)) as unknown;
  } catch {
    // Aliases that multiply ("billion laughs") are refused by the parser, circular ones by JSON.
    const message = 'has too many aliases, or one that contains itself';
    faults.push({ message, fix: 'write the values out', path: [], line: 1, column: 1 });
    return undefined;
  }
}

/** The parser finds these only while it makes values, and then has no place for them. */
function unknownAliases(document: Document): { code: string; pos: [number, number] }[] {
  const found: { code: string; pos: [number, number] }[] = [];
  visit(document, {
    Alias(_, alias) {
      const offset = alias.range?.[0] ?? 0;
      if (!alias.resolve(document)) found.push({ code: 'BAD_ALIAS', pos: [offset, offset + 1] });
    },
  });
  return found;
}

interface TextScalar {
  node: Scalar;
  text: string;
  path: ConfigPath;
}

function textScalars(node: unknown, path: ConfigPath): TextScalar[] {
  if (isMap(node)) {
    return node.items.flatMap((pair) => textScalars(pair.value, [...path, keyText(pair.key)]));
  }
  if (isSeq(node)) return node.items.flatMap((item, index) => textScalars(item, [...path, index]));
  if (!isScalar(node) || typeof node.value !== 'string' || !node.value.includes('${')) return [];
  return [{ node, text: node.value, path }];
}

function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

function offsetOf(document: Document, path: ConfigPath): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const segment of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => keyText(item.key) === String(segment));
      if (!pair) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof segment === 'number' && segment < node.items.length) {
      node = node.items[segment];
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
