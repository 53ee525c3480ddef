import { fetchAt } from './fetch-at.ts';

/** One line of Prometheus' text format. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export interface Exposition {
  /** Metrics by name, as `# TYPE` and `# HELP` say. */
  types: Map<string, string>;
  samples: Sample[];
  /** The sum of all samples of that name whose labels contain these. */
  sum(name: string, labels?: Record<string, string>): number;
}

/** Asks a metrics listener as Prometheus does. */
export async function scrape(port: number): Promise<Exposition> {
  const response = await fetchAt(port)(`http://127.0.0.1:${port}/metrics`);
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  return readExposition(await response.text());
}

function readExposition(text: string): Exposition {
  const types = new Map(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
  );
  const samples = [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(
    ([, name = '', labels = '', value = '']) => ({
      name,
      labels: Object.fromEntries(
        [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', word = '']) => [label, word]),
      ),
      value: Number(value),
    }),
  );
  return {
    types,
    samples,
    sum(name, labels = {}) {
      const isMeant = (sample: Sample) =>
        sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value);
      return samples.filter(isMeant).reduce((sum, { value }) => sum + value, 0);
    },
  };
}
