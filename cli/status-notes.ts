/** What a control plane notes of itself in ConfigMap kube-system/hacluster-status, about once a minute. */
export interface StatusNote {
  readonly at: string;
  readonly version: string;
  readonly certificateDaysLeft: number;
  readonly etcd: {
    readonly leader: boolean;
    readonly members: readonly {
      readonly name: string;
      /** Hexadecimal: it has 64 bits. */
      readonly id: string;
      readonly healthy: boolean;
      readonly learner: boolean;
    }[];
  };
  /** The last one in the bucket, or null. */
  readonly snapshot: { readonly key: string; readonly at: string } | null;
}

/** The notes by name of the control plane; what is no JSON is left out. */
export function readNotes(data: Readonly<Record<string, string>> | undefined): Map<string, StatusNote> {
  const notes = new Map<string, StatusNote>();
  for (const [name, text] of Object.entries(data ?? {})) {
    try {
      notes.set(name, JSON.parse(text) as StatusNote);
    } catch {
      // As if it had not been written: whoever reads it misses it.
    }
  }
  return notes;
}
