import { randomBytes } from 'node:crypto';

/** Secrets that are planted, and where they were seen: in any of the ways in which a program writes one down. */
export interface Canaries {
  /** A new secret under this name. */
  plant(name: string, value?: string): string;
  /** Names of those that stand in the text. */
  findIn(text: string, except?: readonly string[]): string[];
  readonly names: readonly string[];
}

export function createCanaries(): Canaries {
  const planted = new Map<string, string>();
  return {
    plant(name, value = `canary${randomBytes(18).toString('hex')}`) {
      if (value.length < 12) throw new Error(`${name} is too short to be found for sure`);
      planted.set(name, value);
      return value;
    },
    findIn(text, except = []) {
      return [...planted]
        .filter(([name]) => !except.includes(name))
        .filter(([, value]) => spellings(value).some((spelling) => text.includes(spelling)))
        .map(([name]) => name);
    },
    get names() {
      return [...planted.keys()];
    },
  };
}

/** As it is, in an address, in JSON, in base64 at each of the three offsets of a longer text, and in hex. */
function spellings(value: string): string[] {
  const bytes = Buffer.from(value);
  const shifted = [0, 1, 2].map((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    // The first and the last letters hold bits of the neighbours.
    return whole.slice(offset === 0 ? 0 : 4, -4);
  });
  const url = shifted.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  return [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    bytes.toString('hex'),
    ...shifted,
    ...url,
  ];
}
