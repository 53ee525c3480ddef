/** What a page of Parley asks for, read out of its HTML. Pages of others have none of these forms. */
export interface Page {
  kind: 'login' | 'continue' | 'consent' | 'other';
  title: string;
  /** Where its first form goes, and the hidden fields of it. */
  action: string;
  fields: Record<string, string>;
  /** What the login page says is wrong. */
  alarm: string | undefined;
  /** An error page's words for the developer. */
  error: string | undefined;
}

export function readPage(html: string): Page {
  const form = /<form\b[^>]*>[\s\S]*?<\/form>/i.exec(html)?.[0] ?? '';
  const inputs = [...form.matchAll(/<input\b[^>]*>/gi)].map(([tag]) => tag);
  const fields = Object.fromEntries(
    inputs.map((tag) => [attribute(tag, 'name'), attribute(tag, 'value')]).filter(([name]) => name),
  );
  return {
    kind: kindOf(form, fields),
    title: textOf(/<title>([\s\S]*?)<\/title>/i.exec(html)?.[1]) ?? 'no title',
    action: attribute(form, 'action'),
    fields,
    alarm: textOf(/<p class="alarm"[^>]*>([\s\S]*?)<\/p>/.exec(html)?.[1]),
    error: textOf(/<h2>Details for the developer<\/h2>\s*<p>([\s\S]*?)<\/p>/.exec(html)?.[1]),
  };
}

function kindOf(form: string, fields: Record<string, string>): Page['kind'] {
  if (!('csrf' in fields)) return 'other';
  if ('login' in fields && 'password' in fields) return 'login';
  if (form.includes('name="decision" value="continue"')) return 'continue';
  return form.includes('name="decision" value="allow"') ? 'consent' : 'other';
}

/** Of the first tag in the text. */
function attribute(text: string, name: string): string {
  return decode(new RegExp(`^[^>]*\\s${name}="([^"]*)"`).exec(text)?.[1] ?? '');
}

function textOf(html: string | undefined): string | undefined {
  const text = html && decode(html.replaceAll(/<br>/g, ': ').replaceAll(/<[^>]*>/g, ''));
  return text
    ?.replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
}

const entities: Readonly<Record<string, string>> = {
  '&quot;': '"',
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
};

function decode(text: string): string {
  return text.replaceAll(/&(?:quot|#39|lt|gt|amp);/g, (entity) => entities[entity] ?? entity);
}
