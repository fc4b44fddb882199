/** Things that must never stand in anything synthesized, planned, kept in state, printed or logged. */
const PATTERNS: readonly (readonly [string, RegExp])[] = [
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['a private key in base64', /LS0tLS1CRUdJTiB[A-Za-z0-9+/]*UFJJVkFURSBLRV/],
  ['a bootstrap token', /\b[a-z0-9]{6}\.[a-z0-9]{16}\b/],
  ['an AWS secret key', /\baws_secret_access_key\s*[=:]\s*\S{20}/i],
  ['an AWS access key id', /\b(AKIA|ASIA)[A-Z0-9]{16}\b/],
  ['a secretbox key', /secretbox[^]{0,200}secret:\s*[A-Za-z0-9+/]{43}=/],
  ['a JSON web token', /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\./],
];

/** Names of what a text holds that is secret. */
export function secretsIn(text: string): string[] {
  return PATTERNS.filter(([, pattern]) => pattern.test(text)).map(([name]) => name);
}
