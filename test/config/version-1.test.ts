import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { createTemporaryConfig, goodBrand, headline } from './temporary-config.ts';

/**
 * What was written for version 1 of the configuration, frozen in version-1/. A release that refuses it, or reads
 * another meaning out of it, must carry another version: these files are never adapted.
 */

const folder = join(import.meta.dirname, 'version-1');

describe('a configuration of version 1', () => {
  test('is read without a problem or a warning, and means what it meant', async () => {
    const { server, brands, warnings } = await loadConfig({
      env: { PARLEY_CONFIG: folder, NODE_ENV: 'production' },
      cwd: folder,
      checks: brandChecks,
    });
    expect(warnings.map(headline)).toEqual([]);
    expect(server).toMatchObject({ port: 3000, store: 'redis://cache.internal:6379', workers: 'auto' });
    expect(server.admin).toMatchObject({ port: 3001, oauth: { clients: ['ops'] } });
    const [acme] = brands;
    expect(acme).toMatchObject({
      brand: 'acme',
      issuer: 'https://id.acme.example',
      subject: 'public',
      session: { idle: 3600, absolute: 43_200 },
    });
    expect(acme?.login.map((way) => Object.keys(way)[0])).toEqual(['session', 'assertion', 'password']);
    expect(acme?.clients.map(({ id }) => id)).toEqual(['liveperson', 'web', 'ops']);
  });

  test('of another version is refused in one line a file, and the version need not be named', async () => {
    const config = await createTemporaryConfig({
      'config/server.yaml': 'version: 2\n',
      'config/brands/acme.yaml': `version: 2\n${goodBrand}`,
    });
    expect((await config.problems()).map(headline)).toEqual([
      'server.yaml:1:1 version: must be one of 1',
      'brands/acme.yaml:1:1 version: must be one of 1',
    ]);
    await config.write('config/server.yaml', '{}\n');
    await config.write('config/brands/acme.yaml', goodBrand);
    expect(await config.problems()).toEqual([]);
    await config.remove();
  });
});
