import { findWebLink } from './find-web-link.ts';
import { renderLayout } from './layout.ts';
import type { IssuersModel } from './models.ts';
import { createTemplate } from './template.ts';

/** Development only: a host that no brand owns answers with the issuers that do exist here. */
const render = createTemplate<{ host: string; issuers: string[] }>(`<h1>No brand lives here</h1>
<p class="lead">Nobody owns the host <strong><bdi><%= it.host %></bdi></strong>. This server knows the following issuers:</p>
<% if (it.issuers.length > 0) { %><ul class="list">
<% for (const issuer of it.issuers) { %><li><a class="name" href="<%= issuer %>"><%= issuer %></a><a class="text" href="<%= issuer %>/.well-known/openid-configuration">Discovery document</a></li>
<% } %></ul>
<% } else { %><p>None. Add a file to the folder of brands.</p>
<% } %><p class="small">This page is shown in development only.</p>`);

export function renderIssuers({ host, issuers }: IssuersModel): string {
  const links = issuers.filter((issuer) => findWebLink(issuer)).map((issuer) => issuer.replace(/\/$/, ''));
  return renderLayout({ title: 'Issuers', brandName: 'Parley', body: render({ host, issuers: links }) });
}
