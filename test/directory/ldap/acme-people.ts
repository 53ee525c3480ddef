import { createHash, randomBytes } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import { type LdapEntry, suffix } from '../../support/slapd.ts';

/** The people of the LDAP tests. Passwords are argon2 hashes, so that the work for one shows in the time. */

export const people = `ou=people,${suffix}`;
export const groups = `ou=groups,${suffix}`;
export const parley = { dn: `cn=parley,${suffix}`, password: 'parley-reads-accounts' };
export const decoy = `cn=decoy,${suffix}`;
export const dana = { login: 'dana', password: 'correct horse', dn: `uid=dana,${people}` };
export const sam = { login: 'sam', password: 'battery staple', dn: `uid=sam,${people}` };
/** 00112233-4455-6677-8899-aabbccddeeff, as Active Directory stores it. */
export const guid = {
  text: '00112233-4455-6677-8899-aabbccddeeff',
  bytes: Buffer.from('33221100554477668899aabbccddeeff', 'hex'),
};

export async function acmePeople(): Promise<LdapEntry[]> {
  return [
    { dn: suffix, attributes: { objectClass: ['dcObject', 'organization'], dc: 'acme', o: 'Acme' } },
    ...[people, groups].map((dn) => ({ dn, attributes: { objectClass: 'organizationalUnit' } })),
    {
      dn: parley.dn,
      attributes: { ...program('parley'), ...ssha(parley.password) },
    },
    { dn: decoy, attributes: { ...program('decoy'), ...(await argon2(randomBytes(16).toString('hex'))) } },
    {
      dn: dana.dn,
      attributes: {
        ...person('dana', 'Dana', 'Reyes'),
        ...(await argon2(dana.password)),
        mail: ['dana@acme.example', 'd.reyes@acme.example'],
        objectGUID: guid.bytes,
        userAccountControl: '512',
      },
    },
    {
      dn: sam.dn,
      attributes: {
        ...person('sam', 'Sam', 'Okoro'),
        ...(await argon2(sam.password)),
        userAccountControl: '514',
      },
    },
    // A name that would be three parts of a filter, or two of a DN.
    {
      dn: `uid=a*(b)\\2cc\\2b,${people}`,
      attributes: { ...person('a*(b),c+', 'Odd', 'Name'), ...(await argon2('odd')) },
    },
    // Two entries for one login.
    ...['one', 'two'].map((uid) => ({
      dn: `uid=${uid},${people}`,
      attributes: { ...person(uid, 'Twin', 'Twin'), mail: 'twin@acme.example' },
    })),
    {
      dn: `cn=gold\\, silver,${groups}`,
      attributes: { objectClass: 'groupOfNames', cn: 'gold, silver', member: dana.dn },
    },
    {
      dn: `cn=staff,${groups}`,
      attributes: { objectClass: 'groupOfNames', cn: 'staff', member: [dana.dn, sam.dn] },
    },
  ];
}

function person(uid: string, givenName: string, sn: string) {
  return {
    objectClass: ['inetOrgPerson', 'user'],
    uid,
    cn: `${givenName} ${sn}`,
    givenName,
    sn,
  };
}

async function argon2(password: string) {
  return {
    userPassword: `{ARGON2}${await hash(password, { memoryCost: 8192, timeCost: 2, parallelism: 1 })}`,
  };
}

function program(cn: string) {
  return { objectClass: ['applicationProcess', 'simpleSecurityObject'], cn };
}

function ssha(password: string) {
  const salt = randomBytes(8);
  const digest = createHash('sha1').update(password).update(salt).digest();
  return { userPassword: `{SSHA}${Buffer.concat([digest, salt]).toString('base64')}` };
}
