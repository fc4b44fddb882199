import { ValidationError, type Located } from './errors';

/**
 * Holds a number to whole ones of a range.
 *
 * @throws ValidationError for any other
 */
export function checkWhole(at: Located, property: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new ValidationError(
    at,
    `${property} must be a whole number from ${least} to ${most}, got ${value}; choose one`,
  );
}
