/** `acr` of sign-ins that Parley itself checks; a login elsewhere tells its own. */
export const authenticationContext = {
  password: 'urn:parley:acr:password',
  multiFactor: 'urn:parley:acr:multi-factor',
} as const;
