/**
 * A shop with a login and a session of its own. Three lines, marked "Parley", make its consumers known in the chat;
 * config/brands/shop.yaml is the other half. How to start it: ../README.md
 */
import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import express from 'express';
import session from 'express-session';

const { PORT = '8080', PARLEY_ISSUER = 'http://localhost:3000', COOKIE_DOMAIN: domain } = process.env;

const secret = randomBytes(32).toString('base64url');
const salt = randomBytes(16);
const hash = (password) => scryptSync(password, salt, 32);
const consumers = new Map([
  ['dana', { id: 'c-1001', name: 'Dana', hash: hash('dana-at-the-shop') }],
  ['sam', { id: 'c-1002', name: 'Sam', hash: hash('sam-at-the-shop') }],
]);

const page = (content) => `<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1>${content}
  <script src="${PARLEY_ISSUER}/parley.js" data-client="liveperson"></script> <!-- Parley -->
  <!-- LivePerson's own tag follows here. On every page: where nobody is signed in the chat is told so. -->`;
const signInForm = `<form method="post" action="/login">
  <label>Name <input name="name"></label> <label>Password <input name="password" type="password"></label>
  <button>Sign in</button></form>`;
const account = (name) => `<p>Hello ${name}.</p>
  <form method="post" action="/logout"><button>Sign out</button></form>`;

const cookie = { sameSite: 'lax', domain }; // Parley: acme.example, for www.acme.example and id.acme.example
const shop = express();
shop.use(express.urlencoded({ extended: false }));
shop.use(session({ name: 'shop_session', secret, resave: false, saveUninitialized: false, cookie }));

shop.get('/', (request, response) => {
  const { consumer } = request.session;
  response.send(page(consumer ? account(consumer.name) : signInForm));
});

shop.get('/api/me', (request, response) => response.json({ id: request.session.consumer?.id ?? null })); // Parley

shop.post('/login', (request, response) => {
  const { name, password } = request.body;
  const consumer = consumers.get(String(name));
  const given = hash(String(password));
  if (consumer && timingSafeEqual(given, consumer.hash)) {
    request.session.regenerate(() => {
      request.session.consumer = { id: consumer.id, name: consumer.name };
      response.redirect(303, '/');
    });
  } else response.status(401).send(page(signInForm));
});

shop.post('/logout', (request, response) => {
  request.session.destroy(() => response.clearCookie('shop_session', { domain }).redirect(303, '/'));
});

shop.listen(Number(PORT), 'localhost', () => process.stdout.write(`Shop: http://localhost:${PORT}\n`));
