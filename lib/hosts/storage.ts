import type { ITerraformDependable } from 'cdktf';

/** Secrets that nodes make and read; Terraform knows their names only. */
export interface SecretStore {
  /** Every name lies below it, without a slash at its end; holds the cluster's uid. */
  readonly path: string;
  /** Environment that the node driver needs to reach it (names, never values). */
  readonly nodeEnvironment: Readonly<Record<string, string>>;
  /** A value that Terraform puts there once and nodes change afterwards. */
  seed(id: string, name: string, value: string): void;
  /** A value that Terraform keeps as it is here, and that is no secret. */
  keep(id: string, name: string, value: string): void;
}

/** Object storage, versioned, private, TLS only. */
export interface Bucket {
  /** The bucket's name. */
  readonly name: string;
  /** Environment that the node driver needs to reach it. */
  readonly nodeEnvironment: Readonly<Record<string, string>>;
  /** An object whose text is known at synth. */
  put(id: string, key: string, text: string): ITerraformDependable;
}
