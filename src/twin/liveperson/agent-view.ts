import type { JWTPayload } from 'jose';
import type { CustomerInfo, PersonalInfo, Sde } from './sde.ts';

/** What an agent sees of a verified consumer: the standard claims and the fields of the two SDE types. */
export interface AgentView {
  standard: Record<string, unknown>;
  ctmrinfo: CustomerInfo;
  personal: PersonalInfo;
  /** Travels in the token for bots and integrations; no agent sees it. */
  other: Record<string, unknown>;
}

const standardClaims = new Set(
  'sub given_name family_name email gender preferred_username phone_number'.split(' '),
);
const protocolClaims = new Set(
  'iss aud azp exp iat nbf jti nonce auth_time acr amr sid at_hash c_hash s_hash lp_sdes'.split(' '),
);

export function createAgentView(payload: JWTPayload, sdes: Sde[]): AgentView {
  const claims = Object.entries(payload);
  return {
    standard: Object.fromEntries(claims.filter(([name]) => standardClaims.has(name))),
    ctmrinfo: Object.assign(
      inheritedInfo(payload),
      ...sdes.map((sde) => (sde.type === 'ctmrinfo' ? sde.info : {})),
    ),
    personal: Object.assign({}, ...sdes.map((sde) => (sde.type === 'personal' ? sde.personal : {}))),
    other: Object.fromEntries(
      claims.filter(([name]) => !standardClaims.has(name) && !protocolClaims.has(name)),
    ),
  };
}

/** `sub` becomes customerId and `phone_number` lands in imei, unless an SDE says otherwise. */
function inheritedInfo({ sub, phone_number: phone }: JWTPayload): CustomerInfo {
  return {
    ...(typeof sub === 'string' && { customerId: sub }),
    ...(typeof phone === 'string' && { imei: phone }),
  };
}
