import { createPublicKey, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { der, ECDSA_WITH_SHA256, pem, sequence } from '../../cli/der';

/** An authority that signs what it is given. */
export class Authority {
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  public readonly certificate = this.sign('kubernetes', this.keys.publicKey);

  /** A certificate of a name for a key. */
  public sign(commonName: string, key: KeyObject): string {
    const name = (text: string) =>
      sequence(der(0x31, sequence(Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from(text)))));
    const about = sequence(
      der(0x02, Buffer.from([7])),
      ECDSA_WITH_SHA256,
      name('kubernetes'),
      sequence(der(0x17, Buffer.from('250101000000Z')), der(0x17, Buffer.from('450101000000Z'))),
      name(commonName),
      key.export({ type: 'spki', format: 'der' }),
    );
    const signature = createSign('sha256').update(about).sign(this.keys.privateKey);
    return pem('CERTIFICATE', sequence(about, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), signature)));
  }
}

/** The key that a request of `access` is for; its place in the request is always the same. */
export function keyOf(request: string): KeyObject {
  const value = Buffer.from(request.replace(/-----[^-]+-----|\n/g, ''), 'base64');
  const begin = value.indexOf(Buffer.from('3059301306072a8648ce3d0201', 'hex'));
  return createPublicKey({ key: value.subarray(begin, begin + 91), type: 'spki', format: 'der' });
}
