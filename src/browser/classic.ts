/** The classic script: one line on the brand's page, `<script src="https://id…/parley.js" data-client="…">`. */
import type { ParleyOptions } from './contract.ts';
import { createParley } from './create-parley.ts';
import { findAssertion } from './find-assertion.ts';

const { src, dataset } = document.currentScript as HTMLScriptElement;
const { client, issuer, method, redirectUri, flow, assertion } = dataset;
if (!client) throw new Error('parley.js: the script element needs data-client');
if (flow && flow !== 'code' && flow !== 'id_token')
  throw new Error('parley.js: data-flow is code or id_token');

const parley = createParley({
  // The script lies below its issuer, unless the page says otherwise.
  issuer: issuer || src.replace(/\/parley\.js([?#].*)?$/, ''),
  client,
  method,
  redirectUri,
  flow: flow as ParleyOptions['flow'],
  assertion: findAssertion(assertion),
});
// The first copy of the script stays.
window.Parley = window.Parley || parley;
