import { ValidationError, type Located } from '../../core/errors';

/** A name no longer than a limit of AWS; what is cut off is told apart by a checksum. */
export function fit(name: string, limit: number): string {
  if (name.length <= limit) return name;
  const sum = checksum(name);
  return `${name.slice(0, limit - sum.length - 1).replace(/-+$/, '')}-${sum}`;
}

/** Words in PascalCase, for ids of constructs and statements. */
export function pascal(words: string): string {
  return words
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/**
 * A part of this cloud behind its interface.
 *
 * @throws ValidationError when another cloud made it
 */
export function own<T>(at: Located, kind: abstract new (...args: never[]) => T, part: object): T {
  if (part instanceof kind) return part;
  throw new ValidationError(
    at,
    `${kind.name} must come from AwsHosts, got ${part.constructor.name}; take every part from the same cloud`,
  );
}

/** FNV-1a: short and stable, no more is needed to tell names apart. */
function checksum(text: string): string {
  let sum = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193);
  return (sum >>> 0).toString(36).padStart(7, '0').slice(-6);
}
