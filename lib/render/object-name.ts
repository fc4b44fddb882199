import type { ApiObject, Chart } from 'cdk8s';
import { ValidationError } from '../core/errors';

const LONGEST = 63;
/** What a CronJob appends to the names of its Jobs must fit, too. */
const LONGEST_CRONJOB = 52;
const HASH = 8;

/** The name of an object that was given none: its path within a chart, so that it does not change with what is around it. */
export function objectName(chart: Chart, object: ApiObject): string {
  const path = object.node.path.slice(chart.node.path.length + 1).toLowerCase();
  const words = path
    .split('/')
    .map((word) => word.replace(/[^a-z0-9-]/g, ''))
    .filter((word, index, all) => word !== 'resource' && word !== 'default' && word !== all[index - 1]);
  const name = words.join('-').replace(/^-+|-+$/g, '');
  const longest = object.kind === 'CronJob' ? LONGEST_CRONJOB : LONGEST;
  if (name === '') {
    throw new ValidationError(
      object,
      `metadata.name of ${object.kind} must be given, got an id that no name can be made of: ${object.node.id}`,
    );
  }
  if (name.length <= longest) return name;
  return `${name.slice(0, longest - HASH - 1).replace(/-+$/, '')}-${object.node.addr.slice(0, HASH)}`;
}
