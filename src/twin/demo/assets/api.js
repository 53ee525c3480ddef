/** The demo's JSON addresses. */
export async function post(path, body) {
  const response = await fetch(new URL(`../api/${path}`, import.meta.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body ?? {}),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

async function readState() {
  const response = await fetch(new URL('../api/state', import.meta.url));
  if (!response.ok) throw new Error(`state answered ${response.status}`);
  return response.json();
}

export async function readRequests() {
  const response = await fetch(new URL('../api/requests', import.meta.url));
  if (!response.ok) throw new Error(`requests answered ${response.status}`);
  return response.json();
}

/** Calls `render` with the newest state: now, each second while the page is seen, and whenever `refresh` is called. */
export function watchState(render) {
  let last = '';
  async function refresh() {
    try {
      const state = await readState();
      const text = JSON.stringify(state);
      if (text !== last) render(state);
      last = text;
    } catch {
      // The server is being restarted, say; the next second tries again.
    }
  }
  setInterval(() => document.visibilityState === 'visible' && refresh(), 1000);
  void refresh();
  return refresh;
}
