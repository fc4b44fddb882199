import { createHash } from 'node:crypto';
import { byAddress } from './topology';
import { userDataOf } from './user-data';

/** What a topology synthesizes to, small enough to be read in a diff. */
export interface Fingerprint {
  /** Hashes of arguments by address, in both stacks. */
  readonly resources: Readonly<Record<string, string>>;
  /** Mode and hash of each node file, by launch template and path. */
  readonly files: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Hashes of the whole Terraform JSON, by stack. */
  readonly stacks: Readonly<Record<string, string>>;
}

/** The fingerprint of a topology's stacks. */
export function fingerprint(stacks: Readonly<Record<string, Record<string, any>>>): Fingerprint {
  const all = Object.entries(stacks);
  return {
    resources: mapped(Object.assign({}, ...all.map(([, json]) => byAddress(json))), (one) => hash(canonical(one))),
    files: Object.fromEntries(
      all
        .flatMap(([, json]) => userDataOf(json))
        .map(({ name, files }) => [
          name,
          Object.fromEntries(files.map(({ path, mode, content }) => [path, `${mode} ${hash(content)}`])),
        ]),
    ),
    stacks: mapped(stacks, (json) => hash(canonical(json))),
  };
}

function mapped<T>(record: Readonly<Record<string, T>>, value: (of: T) => string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, of]) => [key, value(of)]),
  );
}

/** Terraform sees neither the order of arguments nor comments: nor does the hash. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (key, one: unknown) => {
    if (key === '//') return undefined;
    const sort = typeof one === 'object' && one !== null && !Array.isArray(one);
    return sort ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one;
  });
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
