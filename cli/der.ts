/** Values in DER, one after the other, as one value of a kind. */
export function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

/** Values of a SEQUENCE. */
export const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts);

/** The algorithm of every signature here: ECDSA over SHA-256. */
export const ECDSA_WITH_SHA256 = sequence(Buffer.from('06082a8648ce3d040302', 'hex'));

/** PEM lines of a value. */
export function pem(kind: string, value: Buffer): string {
  const lines = value.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${kind}-----\n${lines.join('\n')}\n-----END ${kind}-----\n`;
}
