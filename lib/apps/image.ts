import { ValidationError, type Located } from '../core/errors';

/**
 * Holds an image to a version: a tag that is not `latest`, or a digest.
 *
 * @throws ValidationError for an image that may be another tomorrow; a value of Terraform passes
 */
export function checkImage(at: Located, property: string, image: string): void {
  // What only Terraform knows is held to nothing.
  if (image.includes('${TfToken[')) return;
  const [name = '', digest] = image.split('@');
  if (digest !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest)) return;
  const tag = /:([\w][\w.-]{0,127})$/.exec(name)?.[1];
  if (digest === undefined && tag !== undefined && tag !== 'latest') return;
  throw new ValidationError(
    at,
    `${property} must have a tag that names a version, or a digest, got ${image}; write it as ${name.replace(/:[^/:]*$/, '')}:1.4.2`,
  );
}
