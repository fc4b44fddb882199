import type { CloudSession } from './cloud';
import type { Exit } from './exits';
import type { KubeApi } from './kube';

/** What a command has to do with the world; tests bring their own. */
export interface Surroundings {
  /** The cluster's name. */
  readonly cluster: string;
  cloud(): Promise<CloudSession>;
  /** The API, by the kubeconfig that was named or else by the admin certificate of the secret store. */
  kube(): Promise<KubeApi>;
  /** Whether an API server of this authority answers, whatever it says. */
  answers(endpoint: string, authority: string): Promise<boolean>;
  /** A line on how far things are, for people. */
  say(line: string): void;
  now(): Date;
  pause(seconds: number): Promise<void>;
}

/** What a command found or did. */
export interface Outcome {
  /** For people. */
  readonly lines: readonly string[];
  /** For programs: `--json`. */
  readonly json: Readonly<Record<string, unknown>>;
  /** @default EXITS.DONE */
  readonly exit?: Exit;
}

/** A command's work. */
export type Run<O> = (around: Surroundings, options: O) => Promise<Outcome>;
