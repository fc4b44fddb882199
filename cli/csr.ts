import { createSign, generateKeyPairSync } from 'node:crypto';
import { der, ECDSA_WITH_SHA256, pem, sequence } from './der';

/** A key that never leaves this machine, and a request that proves that whoever sends it has the key. */
export interface KeyAndRequest {
  /** PEM. */
  readonly key: string;
  /** PEM. */
  readonly request: string;
}

/** A new P-256 key and a request by it; its subject is a placeholder, since the cluster names people itself. */
export function makeRequest(): KeyAndRequest {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const commonName = sequence(Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from('access')));
  const about = sequence(
    Buffer.from('020100', 'hex'),
    sequence(der(0x31, commonName)),
    publicKey.export({ type: 'spki', format: 'der' }),
    // No attributes.
    der(0xa0),
  );
  const signature = createSign('sha256').update(about).sign(privateKey);
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    request: pem('CERTIFICATE REQUEST', sequence(about, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), signature))),
  };
}
