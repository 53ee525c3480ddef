import { z } from 'zod';
import {
  createManagedLimits,
  isChosen,
  type ManagedLimits,
  type ReachedLimit,
} from '../operations/manage-limits.ts';
import type { AdminOptions } from './admin-options.ts';
import { AdminRefusal } from './admin-refusal.ts';
import { findSite } from './find-site.ts';
import { type Operation, operation } from './operation.ts';
import { accountId, brandName, clientId, login } from './words.ts';

/** A flood of guesses reaches more than anybody reads. */
const mostShown = 500;

/** Who has to wait after too many wrong passwords, codes or client secrets. */
export function createLimitOperations(options: AdminOptions): Operation[] {
  function limitsOf(brand: string): ManagedLimits {
    const { config, store } = findSite(options, brand);
    return createManagedLimits({ ...config, store });
  }
  return [
    operation({
      id: 'listLimits',
      method: 'get',
      path: '/brands/{brand}/limits',
      scope: 'admin:read',
      summary: `The ${mostShown} limits with the longest waits that were reached; each part of the query must fit.`,
      params: { brand: brandName },
      query: choice,
      answer: limits,
      run: async ({ params, query }) => show(await limitsOf(params.brand).list(query)),
    }),
    operation({
      id: 'releaseLimits',
      method: 'post',
      path: '/brands/{brand}/limits/release',
      scope: 'admin:write',
      summary: 'Forget the attempts of those who are meant, so that the next one need not wait.',
      params: { brand: brandName },
      body: z.strictObject({ ...choice, all: z.boolean().default(false) }),
      answer: limits,
      async run({ params, body: { all, ...meant }, audit }) {
        const managed = limitsOf(params.brand);
        if (!all && !isChosen(meant)) {
          throw new AdminRefusal(
            400,
            'invalid_request',
            'say whose: login, address, client or account, or all',
          );
        }
        return show(await managed.release(meant, audit));
      },
    }),
    operation({
      id: 'forgetBrowsers',
      method: 'post',
      path: '/brands/{brand}/limits/forget-browsers',
      scope: 'admin:write',
      summary: 'Make the browsers in which a login was signed in strangers again.',
      params: { brand: brandName },
      body: z.strictObject({ login }),
      answer: z.strictObject({ forgotten_browsers: z.int() }).meta({ title: 'ForgottenBrowsers' }),
      run: async ({ params, body }) => ({
        forgotten_browsers: await limitsOf(params.brand).forgetBrowsers(body.login),
      }),
    }),
  ];
}

function show(found: readonly ReachedLimit[]): z.input<typeof limits> {
  return { total: found.length, limits: found.slice(0, mostShown) };
}

const choice = {
  login: login.optional(),
  address: z.union([z.ipv4(), z.ipv6()]).optional().meta({ description: 'Where the attempts come from.' }),
  client: clientId.optional(),
  account: accountId.optional(),
};

const limits = z
  .strictObject({
    total: z.int(),
    limits: z.array(
      z.strictObject({
        kind: z.string(),
        entry: z.string().meta({ description: 'What is counted; a login is a hash in it.' }),
        attempts: z.int(),
        wait: z.int().meta({ description: 'Seconds until the next attempt is admitted.' }),
      }),
    ),
  })
  .meta({ title: 'Limits' });
