import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, inflateRawSync } from 'node:zlib';

const SIGNS: readonly { readonly what: string; readonly sign: RegExp }[] = [
  { what: 'a private key in PEM', sign: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\\n]+[A-Za-z0-9+/]{20}/ },
  { what: 'a bootstrap token', sign: /\b[a-z0-9]{6}\.[a-z0-9]{16}\b/ },
  // The key of Amazon's documentation is what the emulator calls its caller.
  { what: 'an AWS access key', sign: /\b(?:AKIA|ASIA)(?!IOSFODNN7EXAMPLE)[A-Z0-9]{16}\b/ },
  { what: 'a JSON web token', sign: /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\./ },
  { what: 'a password', sign: /"(?:[a-z_]*_)?password"\s*:\s*"[^"$]{4,}"/i },
];

/** A place where a secret stands. */
export interface Found {
  readonly where: string;
  readonly what: string;
}

/** Secrets in a text, and in what it carries packed: base64, gzip, and zip files (Terraform's plans are such). */
export function secretsIn(where: string, bytes: Buffer, depth = 0): Found[] {
  const text = bytes.toString('latin1');
  const found = SIGNS.filter(({ sign }) => sign.test(text)).map(({ what }) => ({ where, what }));
  if (depth === 4) return found;
  for (const [name, inner] of unpacked(bytes, text)) found.push(...secretsIn(`${where} > ${name}`, inner, depth + 1));
  return found;
}

/** Secrets in all files below a folder; links are not followed. */
export function secretsBelow(folder: string, skip: (path: string) => boolean = () => false): Found[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (skip(path)) return [];
    if (entry.isDirectory()) return secretsBelow(path, skip);
    return entry.isFile() && statSync(path).size < 64e6 ? secretsIn(path, readFileSync(path)) : [];
  });
}

function* unpacked(bytes: Buffer, text: string): Generator<[string, Buffer]> {
  if (text.startsWith('\x1f\x8b')) yield ['gzip', gunzip(bytes)];
  if (text.startsWith('PK\x03\x04')) yield* zipEntries(bytes);
  for (const [match] of text.matchAll(/[A-Za-z0-9+/]{64,}={0,2}/g)) {
    const inner = Buffer.from(match, 'base64');
    // Hashes and compressed pictures decode too: go on only with what is text or gzip.
    if (inner.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b])) || isText(inner)) yield ['base64', inner];
  }
}

/** Files of a zip archive, by its central directory: what stands before an entry may lack the sizes. */
function* zipEntries(bytes: Buffer): Generator<[string, Buffer]> {
  let at = bytes.indexOf('PK\x01\x02', 0, 'latin1');
  while (at >= 0) {
    const packed = bytes.readUInt32LE(at + 20);
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const body = bytes.subarray(start, start + packed);
    yield [name, bytes.readUInt16LE(at + 10) === 0 ? body : inflateRawSync(body)];
    const next = at + 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    at = bytes.toString('latin1', next, next + 4) === 'PK\x01\x02' ? next : -1;
  }
}

function gunzip(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes);
  } catch {
    return Buffer.alloc(0); // two bytes that only look like gzip
  }
}

function isText(bytes: Buffer): boolean {
  return bytes.subarray(0, 200).every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte < 127));
}
