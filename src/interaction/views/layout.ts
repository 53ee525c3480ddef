import { style } from './style.ts';
import { createTemplate } from './template.ts';

/** The frame of every page: no script, no outside resource, nothing that a search engine should keep. */
interface LayoutModel {
  title: string;
  brandName: string;
  /** HTML made by another template. */
  body: string;
  supportId?: string;
}

const render = createTemplate<LayoutModel & { style: string }>(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title><%= it.title %> – <%= it.brandName %></title>
<style><%~ it.style %></style>
</head>
<body>
<header class="masthead"><div class="brand"><bdi><%= it.brandName %></bdi></div></header>
<main><div class="card">
<%~ it.body %>
</div></main>
<footer class="small"><% if (it.supportId) { %>Support reference <code><%= it.supportId %></code><% } %></footer>
</body>
</html>
`);

export function renderLayout(model: LayoutModel): string {
  return render({ ...model, style });
}
