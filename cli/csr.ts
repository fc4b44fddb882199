import { createSign, generateKeyPairSync } from 'node:crypto';

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
  const ecdsaWithSha256 = sequence(Buffer.from('06082a8648ce3d040302', 'hex'));
  const text = sequence(about, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature)).toString('base64');
  const lines = text.match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    request: `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`,
  };
}

const sequence = (...parts: Buffer[]) => der(0x30, ...parts);

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
