import { createViews } from '../../src/interaction/views/views.ts';

export const views = createViews();
export const page = { brandName: 'Fernway Mobile', supportId: '7Q2K-M4XD' };

/** One document of each kind, every optional part filled with `word`. */
export function renderAll(word: string): Record<string, string> {
  const p = { brandName: word, supportId: word };
  return {
    login: views.login({
      ...p,
      clientName: word,
      action: word,
      csrf: word,
      login: word,
      error: word,
      cancel: { action: word },
      others: [{ title: word, href: word }],
    }),
    consent: views.consent({
      ...p,
      clientName: word,
      accountName: word,
      scopes: [{ name: word, description: `${word} ` }],
      claims: [word],
      action: word,
      csrf: word,
    }),
    secondFactor: views.secondFactor({
      ...p,
      clientName: word,
      action: word,
      csrf: word,
      error: word,
      cancel: { action: word },
    }),
    ways: views.ways({
      ...p,
      clientName: word,
      csrf: word,
      notice: word,
      ways: [
        { title: word, href: word },
        { title: word, href: word },
      ],
      cancel: { action: word },
    }),
    onward: views.onward({ ...p, href: word }),
    continue: views.continue({
      ...p,
      clientName: word,
      consumerName: word,
      action: word,
      csrf: word,
      cancel: { action: word },
    }),
    logout: views.logout({ ...p, clientName: word, action: word, xsrf: word }),
    signedOut: views.signedOut(p),
    error: views.error({
      ...p,
      title: word,
      sentence: word,
      integrator: { error: word, description: word },
    }),
    sessionLost: views.sessionLost(p),
    issuers: views.issuers({ host: word, issuers: [word] }),
  };
}

export const names = Object.keys(renderAll('x'));
