import { Gauge, type Registry } from 'prom-client';
import type { ProcessProbes } from './contract.ts';

const labelNames = ['brand', 'algorithm'] as const;

/** Signing keys: told from what is there at the reading, so that a key or a brand that is gone leaves nothing behind. */
export function collectKeys(registry: Registry, { readKeys }: Pick<ProcessProbes, 'readKeys'>): void {
  const options = { registers: [registry], aggregator: 'max' as const };
  const age = new Gauge({
    ...options,
    name: 'parley_signing_key_age_seconds',
    help: 'Since when the current key signs.',
    labelNames,
  });
  const due = new Gauge({
    ...options,
    name: 'parley_signing_key_due_seconds',
    help: 'Until the schedule wants another key to sign; below 0 it is overdue.',
    labelNames,
    // Of workers that do not agree, the one that is most overdue.
    aggregator: 'min',
  });
  const waits = new Gauge({
    ...options,
    name: 'parley_signing_key_waits_for_clients',
    help: 'Clients whose platform does not have the next key yet.',
    labelNames,
  });
  const keys = new Gauge({
    ...options,
    name: 'parley_signing_keys',
    help: 'Signing keys by their state.',
    labelNames: [...labelNames, 'state'],
    collect() {
      for (const gauge of [keys, age, due, waits]) gauge.reset();
      for (const { brand, algorithm, states, ...reading } of readKeys()) {
        const labels = { brand, algorithm };
        for (const state of states) keys.inc({ ...labels, state });
        if (reading.age !== undefined) age.set(labels, reading.age);
        if (reading.due !== undefined) due.set(labels, reading.due);
        waits.set(labels, reading.waitsFor);
      }
    },
  });
}
