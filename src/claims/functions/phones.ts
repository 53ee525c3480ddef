import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { JsonValue } from '../json-copy.ts';
import { type ClaimsFunction, FunctionError } from './claims-function.ts';

/** `phone_number` is E.164 (OpenID Connect Core 5.1): `+49301234567`, with `;ext=` for an extension (RFC 3966). */
export const phoneFunctions: Readonly<Record<string, ClaimsFunction>> = {
  to_e164: {
    usage: 'to_e164(phone, country?)',
    arity: [1, 2],
    apply(value, [option]) {
      const country = option === undefined ? undefined : readCountry(option);
      if (typeof value !== 'string') throw new FunctionError('takes a text');
      const phone = parsePhoneNumberFromString(value, {
        extract: false,
        ...(country && { defaultCountry: country }),
      });
      if (!phone?.isValid()) {
        throw new FunctionError(
          country === undefined
            ? 'the text is no phone number with its country code, such as +49 30 1234567'
            : 'the text is no phone number there',
        );
      }
      return phone.ext ? `${phone.number};ext=${phone.ext}` : phone.number;
    },
    readOption: readCountry,
  },
};

function readCountry(country: JsonValue): CountryCode {
  if (typeof country === 'string' && isSupportedCountry(country)) return country;
  throw new FunctionError("the country is not known: write two letters such as 'DE'");
}
