/**
 * What LivePerson's documentation says a `sub` must never be: an e-mail address or a telephone number. It takes
 * them all the same, so this is advice and no refusal; a short number can be guessed.
 */
export type SubjectFault = 'email' | 'phone' | 'guessable';

export function findSubjectFault(payload: { sub: string; phone_number?: unknown }): SubjectFault | undefined {
  const { sub, phone_number: phone } = payload;
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(sub)) return 'email';
  if (!/^\+?[\d\s()./-]+$/.test(sub)) return undefined;
  const digits = digitsOf(sub);
  const isPhone = /^(\+|0)/.test(sub) && digits.length >= 7 && digits.length <= 15;
  const isTheirs = typeof phone === 'string' && digits.length >= 6 && digitsOf(phone).endsWith(digits);
  if (isPhone || isTheirs) return 'phone';
  return digits.length < 12 ? 'guessable' : undefined;
}

function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, '');
}
