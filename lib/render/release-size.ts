import { gzipSync } from 'node:zlib';
import { ValidationError, type Located } from '../core/errors';

/** What Kubernetes allows in a Secret, and so Helm in a release. */
const LIMIT = 1024 * 1024;
const NEAR = 700 * 1024;

/**
 * Bytes of the Secret in which Helm keeps a release: chart and manifest in one JSON, by gzip, by base64.
 *
 * Small ones are not packed to see: nothing grows by gzip.
 */
export function releaseBytes(files: ReadonlyMap<string, string>, manifest: string): number {
  const templates = [...files].map(([name, text]) => ({ name, data: Buffer.from(text).toString('base64') }));
  const json = JSON.stringify({ chart: { templates }, manifest });
  const packed = json.length < NEAR / 2 ? json.length : gzipSync(json, { level: 9 }).length;
  return Math.ceil(packed / 3) * 4;
}

/**
 * Refuses a release that Helm could not keep, and says of one that is near the limit that it is.
 *
 * @throws ValidationError with the way to split it
 */
export function checkReleaseSize(at: Located, bytes: number): string | undefined {
  const kib = Math.round(bytes / 1024);
  if (bytes > LIMIT) {
    throw new ValidationError(
      at,
      `a release must fit the 1024 KiB that Kubernetes allows Helm for it, got about ${kib} KiB; put a part of the objects into another Workloads`,
    );
  }
  return bytes > NEAR
    ? `the release takes about ${kib} KiB of the 1024 KiB that Kubernetes allows Helm for it; put a part of the objects into another Workloads`
    : undefined;
}
