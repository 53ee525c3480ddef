/**
 * The `state` of LivePerson's window: raw JSON of about 2.5 kB, not an opaque word. It must come back byte for
 * byte, so it is a good test of what an issuer does with long and quoted parameters.
 */
export function createLivePersonState(visitor: string, random: string): string {
  return JSON.stringify({
    lpUnifiedWindowConfig: {
      accountId: '40017788',
      env: 'prod',
      external: true,
      supportBlockCCPattern: false,
      scp: 'uw',
      secureStorageType: 'indexedDB',
      engConf: {
        async: true,
        scid: '36',
        cid: 3_341_780_210,
        eid: 3_341_780_310,
        lang: 'en-US',
        svid: visitor,
        ssid: random,
        lewid: 1_984_102_938,
        allowUnauthMsg: true,
        availabilityPolicy: 0,
        availabilityForMessaging: [],
        skill: { id: '-1', name: 'Billing & contracts' },
        window: { position: { left: '', top: '' }, minimized: false, header: 'Fernway "care" – 24/7 ✓' },
        connector: {
          id: 2_251_830_110,
          type: 1,
          jsMethodName: 'lpGetAuthenticationToken',
          jsContext: 'window',
        },
        texts: Object.fromEntries(windowTexts.map((text, index) => [`txt_${index}`, text])),
      },
    },
  });
}

const windowTexts = [
  'Thank you for contacting us. An agent will be with you shortly.',
  'You are number {0} in the queue. The estimated waiting time is {1} min.',
  'The conversation has ended. You can start a new one at any time & we will remember you.',
  'Please do not share card numbers, passwords or one-time codes in this conversation.',
  'Your message could not be delivered. <Try again>',
  'We are back on {0} at {1}. Leave us a message and we will answer as soon as we can.',
  'Your identity could not be verified. Please sign in again to go on with your conversation.',
  'Your conversation was transferred to {0}. Thank you for your patience while we look into it for you.',
  'How was it? Rate this conversation from 1 (poor) to 5 (excellent); it takes less than a minute.',
  'The file "{0}" is too large or of a kind that we do not accept (jpg, png and pdf up to 5 MB).',
  'You seem to be offline. Messages that you write now are sent as soon as you are connected again.',
  'An agent has joined. Everything that you write is kept for {0} days.',
  'Today 20 % off all plans (code %E2%82%AC20), and 100% of roaming in “Europe+” & Zürich included: ask us how.',
  'Merci de votre patience – un conseiller vous répond sous peu. \\o/ Grüße aus 東京, привет, مرحبا, 👋🏽.',
  'Choose: "billing", \'contracts\', <phones>, {repairs} or [something else]; we ask again after {0} s = {1} min.',
  'This chat may be recorded for training #1 and quality purposes; details are at https://fernway.example/?a=1&b=2.',
  'Please rate us: 5 = excellent, 4 = good, 3 = fair, 2 = poor, 1 = very poor; you can change it for {0} hours.',
  'We could not find anybody for this topic; would you like to go on with a colleague from another department?',
];
