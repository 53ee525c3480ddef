/**
 * The address of one thing below the API's base. Every value is percent-encoded whole (RFC 3986 section 2.1), so it
 * stays inside its one place: `../admin`, `a/b` and `a?b` are names like any other.
 *
 * @param base without a slash at the end
 * @param template `/accounts/{id}`; may have a query
 * @returns undefined for a value that no URL can carry: a half character, or `.` and `..` as a whole segment, which
 *   every URL parser takes for a step through the tree, however they are encoded
 */
export function fillPath(
  base: string,
  template: string,
  values: Readonly<Record<string, string>>,
): URL | undefined {
  if (Object.values(values).some((value) => !value.isWellFormed())) return undefined;
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeValue(values[name] ?? ''));
  const url = URL.parse(`${base}${path}`);
  return url?.href === `${base}${path}` ? url : undefined;
}

/** encodeURIComponent leaves five characters that are reserved in RFC 3986. */
function encodeValue(value: string): string {
  return encodeURIComponent(value).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
