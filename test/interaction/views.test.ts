import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { findWebLink } from '../../src/interaction/views/find-web-link.ts';
import { styleHash } from '../../src/interaction/views/style.ts';
import { names, page, renderAll, views } from './render-all.ts';

describe('the login page', () => {
  const html = views.login({
    ...page,
    clientName: 'Chat',
    action: '/interaction/1/login',
    csrf: 'c-1',
    cancel: { action: '/interaction/1/cancel' },
  });

  test('posts login, password and csrf, with the names that password managers know', () => {
    expect(html).toContain('<form method="post" action="/interaction/1/login">');
    expect(html).toMatch(
      /<label for="login">[^<]+<\/label>\s*<input id="login" name="login"[^>]* autocomplete="username" autocapitalize="none"/,
    );
    expect(html).toMatch(
      /<label for="password">Password<\/label>\s*<input id="password" name="password" type="password" autocomplete="current-password"/,
    );
    expect(html).toContain('<input type="hidden" name="csrf" value="c-1">');
  });

  test('cancels through a form of its own, so that a typed password does not travel along', () => {
    const cancel = html.slice(html.indexOf('action="/interaction/1/cancel"'));
    expect(cancel).toContain('name="cancel" value="yes" formnovalidate');
    expect(cancel).toContain('name="csrf" value="c-1"');
    expect(cancel).not.toContain('type="password"');
  });

  test('offers no cancel when there is nowhere to go back to', () => {
    expect(views.login({ ...page, action: '/x', csrf: 'c' })).not.toContain('name="cancel"');
  });

  test('says what was wrong, aloud and tied to the fields, and keeps only the login', () => {
    const again = views.login({ ...page, action: '/x', csrf: 'c', login: 'dana', error: 'Not right.' });
    expect(again).toContain('<p class="alarm" role="alert" id="problem">Not right.</p>');
    expect(again.match(/aria-describedby="problem" aria-invalid="true"/g)).toHaveLength(2);
    expect(again).toContain('value="dana"');
    expect(again).not.toMatch(/type="password"[^>]* value=/);
  });

  test('puts no problem on a first visit', () => {
    expect(html).not.toContain('role="alert"');
    expect(html).not.toContain('aria-invalid="true"');
  });
});

describe('the page before an app goes on', () => {
  const model = {
    ...page,
    clientName: 'Fernway App',
    action: '/x',
    csrf: 'c',
    cancel: { action: '/x/cancel' },
  };

  test('says who goes on, and is calm about it where the brand maps no name', () => {
    expect(views.continue({ ...model, consumerName: 'Dana Reyes' })).toContain(
      '<h1>Continue as <bdi>Dana Reyes</bdi>?</h1>',
    );
    expect(views.continue(model)).toContain('<h1>Continue?</h1>');
  });

  test('offers another account and a way out', () => {
    const html = views.continue(model);
    expect(html).toContain('name="decision" value="other"');
    expect(html).toContain('<form class="aside" method="post" action="/x/cancel">');
  });
});

describe('the consent page', () => {
  const html = views.consent({
    ...page,
    clientName: 'Example',
    accountName: 'Dana',
    scopes: [
      { name: 'billing', description: 'Your balance' },
      { name: 'bare', description: '' },
    ],
    claims: ['given_name'],
    action: '/x',
    csrf: 'c',
  });

  test('names who asks, for what, from which account', () => {
    for (const word of ['Example', 'Dana', 'billing', 'Your balance', 'bare', 'given_name']) {
      expect(html).toContain(`<bdi>${word}</bdi>`);
    }
  });

  test('answers with one decision', () => {
    expect(html).toContain('name="decision" value="allow"');
    expect(html).toContain('name="decision" value="deny"');
  });
});

describe('the other pages', () => {
  test('sign-out asks, and only yes carries logout=yes', () => {
    const html = views.logout({ ...page, action: 'http://localhost/session/end/confirm', xsrf: 's' });
    expect(html).toContain('<form method="post" action="http://localhost/session/end/confirm">');
    expect(html).toContain('<input type="hidden" name="xsrf" value="s">');
    expect(html.match(/name="logout"/g)).toEqual(['name="logout"']);
    expect(html.match(/<button /g)).toHaveLength(2);
  });

  test('an error carries its sentence and the support reference', () => {
    const html = views.error({ ...page, sentence: 'Please try again.' });
    expect(html).toContain('Please try again.');
    expect(html).toContain('<code>7Q2K-M4XD</code>');
    expect(html).not.toContain('Details for the developer');
  });

  test('an error tells the developer the words of the protocol', () => {
    const integrator = { error: 'invalid_request', description: 'redirect_uri is missing' };
    const html = views.error({ supportId: 's', sentence: 'Sorry.', integrator });
    expect(html).toContain('Details for the developer');
    expect(html).toContain('<code>invalid_request</code>');
    expect(html).toContain('redirect_uri is missing');
  });

  test('the issuers of a development server are links, with their discovery documents', () => {
    const html = views.issuers({
      host: '127.0.0.1',
      issuers: ['http://localhost:3000', 'https://a.example/b/'],
    });
    expect(html).toContain('href="http://localhost:3000"');
    expect(html).toContain('href="https://a.example/b/.well-known/openid-configuration"');
  });
});

describe('what comes from outside', () => {
  const attacks = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    '</style></title></textarea><svg onload=alert(1)>',
    '<%= process.env %>',
    '&lt;already&gt;',
  ];

  test.each(attacks)('30 %s stays text on every page', (attack) => {
    for (const [name, html] of Object.entries(renderAll(attack))) {
      expect([name, html.includes(attack)]).toEqual([name, false]);
      expect(html).not.toMatch(/<(script|img|svg)/i);
    }
  });

  test.each([
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'data:text/html,x',
    '//evil.example',
    '/\\evil',
    'https://bank@evil.example',
    '',
  ])('the address %p never becomes a link', (address) => {
    expect(findWebLink(address)).toBeUndefined();
    expect(views.issuers({ host: 'localhost', issuers: [address] })).not.toContain('href');
    expect(views.issuers({ host: 'h', issuers: [address] })).not.toContain('href');
  });

  test('a name that turns the direction of writing is kept inside its own isolate', () => {
    const html = views.login({ ...page, clientName: '\u202Eknab', action: '/x', csrf: 'c' });
    expect(html).toContain('<bdi>\u202Eknab</bdi>');
  });
});

test.each(names)('%s is one whole document without script or outside resource', (name) => {
  const html = renderAll('Zoë & sons')[name] ?? '';
  expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(html).toMatch(/<\/html>\s*$/);
  expect(html).toContain('<meta name="viewport"');
  expect(html.match(/<h1>/g)).toHaveLength(1);
  expect(html).not.toMatch(/<script|<link|<img|@import|url\(| on[a-z]+=| style=/i);
  expect(html).not.toMatch(/undefined|\[object/);
});

test('the style hash is the hash of the text that stands in the page', () => {
  const text = /<style>([\s\S]*)<\/style>/.exec(views.signedOut(page))?.[1] ?? '';
  expect(styleHash).toBe(`sha256-${createHash('sha256').update(text).digest('base64')}`);
});
