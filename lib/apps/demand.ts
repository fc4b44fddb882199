import type { Amounts } from './resources';

/** What pods of one kind ask for together. */
export interface Demand {
  /** What each asks for. */
  readonly amounts: Amounts;
  /** Fewest of them. */
  readonly least: number;
  /** Most of them, those that a rollout has beside the old ones among them. */
  readonly most: number;
}

/** Amounts of several demands together, at their fewest or at their most. */
export function sumOf(demands: readonly Demand[], size: 'least' | 'most'): Amounts & { readonly pods: number } {
  const sum = (pick: (amounts: Amounts) => number) =>
    demands.reduce((all, demand) => all + pick(demand.amounts) * demand[size], 0);
  return {
    cpuMillis: sum(({ cpuMillis }) => cpuMillis),
    cpuLimitMillis: sum(({ cpuLimitMillis }) => cpuLimitMillis),
    memoryBytes: sum(({ memoryBytes }) => memoryBytes),
    memoryLimitBytes: sum(({ memoryLimitBytes }) => memoryLimitBytes),
    pods: sum(() => 1),
  };
}
