import type { Construct } from 'constructs';
import { ValidationError } from '../core/errors';

/** Room for what is put behind a name: colours, `-preview`, the hash of a ReplicaSet and of a Pod. */
const LONGEST = 40;

/**
 * The name of an app and of what belongs to it: given, or its id in dashes.
 *
 * @throws ValidationError for a name that is no DNS label, or too long
 */
export function appName(at: Construct, given: string | undefined): string {
  const name = given ?? dashed(at.node.id);
  if (/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name) && name.length <= LONGEST) return name;
  throw new ValidationError(
    at,
    `name must be lower case letters, digits and dashes, at most ${LONGEST}, beginning with a letter, got ${name}; give name`,
  );
}

/** Labels by which a selector finds pods: they never change with an option. */
export function selectorOf(name: string): Record<string, string> {
  return { 'app.kubernetes.io/name': name };
}

function dashed(id: string): string {
  return id.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
}
