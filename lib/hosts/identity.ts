import type { Bucket, SecretStore } from './storage';

/** What a machine may do with the cloud's API; every grant carries its reason. */
export interface Identity {
  /** Read one secret by its exact name, or all below a path that ends with `/`. */
  mayReadSecret(store: SecretStore, name: string, why: string): void;
  /** Create and overwrite one secret by its exact name, or all below a path that ends with `/`. */
  mayWriteSecret(store: SecretStore, name: string, why: string): void;
  /** Delete one secret by its exact name, or all below a path that ends with `/`. */
  mayDeleteSecret(store: SecretStore, name: string, why: string): void;
  /** List what lies below a path that ends with `/`, and see who wrote each. */
  mayListSecrets(store: SecretStore, path: string, why: string): void;
  /** Read objects below a prefix that ends with `/`. */
  mayReadObjects(bucket: Bucket, prefix: string, why: string): void;
  /** Write objects below a prefix that ends with `/`; never delete. */
  mayWriteObjects(bucket: Bucket, prefix: string, why: string): void;
  /** Look up machines of this cluster. */
  mayDescribeMachines(why: string): void;
  /** A statement in the cloud's own form, for what the library does not know of. */
  may(statement: Record<string, unknown>, why: string): void;
}
