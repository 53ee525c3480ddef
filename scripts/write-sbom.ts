import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Prints a CycloneDX bill of what the server is made of: npm's own, without what only tests and tools need. `npm sbom
 * --omit dev` is not asked, because it also leaves out packages that development happens to need as well.
 */
interface Bill {
  metadata: { component: { name: string } };
  components: { 'bom-ref': string; name: string; version: string }[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

const root = new URL('..', import.meta.url);
const lock = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8')) as {
  name: string;
  packages: Record<string, { version: string; dev?: boolean }>;
};
const served = new Set(
  Object.entries(lock.packages)
    .filter(([place, { dev }]) => place !== '' && !dev)
    .map(([place, { version }]) => `${place.slice(place.lastIndexOf('node_modules/') + 13)}@${version}`),
);

const printed = execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
const bill = JSON.parse(printed) as Bill;
const components = bill.components.filter(({ name, version }) => served.has(`${name}@${version}`));
const refs = new Set(components.map((component) => component['bom-ref']));
// npm names the project after its folder.
bill.metadata.component.name = lock.name;
const own = bill.dependencies.filter(({ ref }) => refs.has(ref) || ref.startsWith(`${lock.name}@`));
const dependencies = own.map(({ ref, dependsOn = [] }) => ({
  ref,
  dependsOn: dependsOn.filter((on) => refs.has(on)),
}));
process.stdout.write(`${JSON.stringify({ ...bill, components, dependencies }, undefined, 2)}\n`);
