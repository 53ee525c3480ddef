import { authorizationUrl, type Client } from './relying-party.ts';
import { readForm, Visitor } from './visitor.ts';

export interface Guess {
  login: string;
  password: string;
  /** What a trusted proxy says of the address. */
  from?: string;
}

/** Somebody in front of the password page, who submits its form again and again. */
export class Guesser {
  readonly visitor: Visitor;
  private readonly form: { action: URL; csrf: string };

  private constructor(visitor: Visitor, form: { action: URL; csrf: string }) {
    this.visitor = visitor;
    this.form = form;
  }

  static async at(client: Client, visitor = new Visitor(client.fetch)): Promise<Guesser> {
    const first = await visitor.get(authorizationUrl(client, { prompt: 'login' }));
    const { response } = await visitor.follow(first, client.issuer);
    const { action, fields } = readForm(await response.text());
    return new Guesser(visitor, { action: new URL(action, client.issuer), csrf: fields['csrf'] ?? '' });
  }

  /** The same page in the same browser, submitted to another process. */
  at(fetch: typeof globalThis.fetch): Guesser {
    return new Guesser(this.visitor.clone(fetch), this.form);
  }

  submit({ login, password, from }: Guess): Promise<Response> {
    const headers = from === undefined ? {} : { 'x-forwarded-for': from };
    return this.visitor.post(this.form.action, { csrf: this.form.csrf, login, password }, headers);
  }

  async statusOf(guess: Guess): Promise<number> {
    const response = await this.submit(guess);
    await response.arrayBuffer();
    return response.status;
  }
}
