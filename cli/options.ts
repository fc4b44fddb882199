import { InvalidArgumentError } from 'commander';

/** A whole number of an option, at least 1. */
export function whole(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number, at least 1.');
}
