import { InvalidArgumentError } from 'commander';
import { API_MINORS } from '../lib/policy/api-versions.table';
import { minorOf } from '../lib/policy/kubernetes-minor';

/** A whole number of an option, at least 1. */
export function whole(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number, at least 1.');
}

/** A version of Kubernetes that the rules of `check` know. */
export function kubernetesMinor(text: string): string {
  if (minorOf(text) !== undefined) return text;
  const { first, last } = API_MINORS;
  throw new InvalidArgumentError(`It must be a version from 1.${first} to 1.${last}, such as 1.36.`);
}
