import { createHash } from 'node:crypto';
import type { Located } from '../core/errors';
import type { Rendered } from './manifests';
import { checkReleaseSize, releaseBytes } from './release-size';
import { ChartValues, unusedWord } from './terraform';
import { toYaml } from './yaml';

/** A Helm chart with one template. */
export interface ChartFiles {
  /** Texts by path. */
  readonly files: ReadonlyMap<string, string>;
  /** Of the texts; in the path and the version, so that Terraform sees a change. */
  readonly hash: string;
  /** The values for a release, or nothing. */
  readonly values: string | undefined;
  /** A word on its size, if that is near the limit. */
  readonly warning: string | undefined;
}

/**
 * A chart of objects: a text known at synth, with what only Terraform will know in its values.
 *
 * @throws ValidationError for Terraform values that cannot be values of a chart, and for more than fits a release
 */
export function chartOf(at: Located, name: string, objects: readonly Rendered[]): ChartFiles {
  const values = new ChartValues(unusedWord(JSON.stringify(objects.map(({ manifest }) => manifest))));
  const yaml = toYaml(objects.map((one) => values.take(one.at, one.manifest)));
  const texts = new Map([
    ['templates/manifests.yaml', values.template(yaml)],
    ['values.yaml', 'tf: {}\n'],
  ]);
  const hash = hashOf(texts);
  const about = { apiVersion: 'v2', name, description: `Objects of ${name}`, type: 'application' };
  const files = new Map([['Chart.yaml', toYaml([{ ...about, version: `0.0.0-h${hash}` }])], ...texts]);
  return { files, hash, values: values.values, warning: checkReleaseSize(at, releaseBytes(texts, yaml)) };
}

function hashOf(texts: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256');
  for (const [name, text] of texts) hash.update(`${name}\0${text}\0`);
  return hash.digest('hex').slice(0, 16);
}
