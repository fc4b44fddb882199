import { EXITS, Failure } from '../exits';

/** What says whether a step went well. */
export interface JudgeOptions {
  /** A URL that is to answer with 200 to 299. */
  readonly probe?: string;
  /** Prometheus. */
  readonly prometheus?: string;
  /** A query of Prometheus whose value may not be above `max`. */
  readonly query?: string;
  /** The most that the query may say. */
  readonly max?: number;
}

/** Asks over HTTP; tests bring their own. */
export type Fetch = (url: string) => Promise<{ readonly status: number; text(): Promise<string> }>;

/**
 * Why a step did not go well; nothing if it did, or if there is nobody to ask.
 *
 * A probe or Prometheus that does not answer is no good word either.
 */
export async function judge(
  fetch: Fetch,
  { probe, prometheus, query, max }: JudgeOptions,
): Promise<string | undefined> {
  if (probe !== undefined) {
    const status = await fetch(probe).then(
      (answer) => String(answer.status),
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (!/^2\d\d$/.test(status)) return `${probe} answered ${status}`;
  }
  if (prometheus === undefined || query === undefined || max === undefined) return undefined;
  const value = await ask(fetch, `${prometheus.replace(/\/$/, '')}/api/v1/query?query=${encodeURIComponent(query)}`);
  if (typeof value === 'string') return value;
  return value <= max ? undefined : `the query says ${value}, more than ${max}`;
}

/** Options of the judge that make no sense alone. */
export function checkJudge({ prometheus, query, max }: JudgeOptions): void {
  const given = [prometheus, query, max].filter((one) => one !== undefined).length;
  if (given === 0 || given === 3) return;
  throw new Failure('--prometheus, --query and --max belong together; give all three or none', EXITS.USAGE);
}

interface Answer {
  readonly data?: { readonly result?: readonly { readonly value?: readonly [number, string] }[] };
}

async function ask(fetch: Fetch, url: string): Promise<number | string> {
  try {
    const answer = await fetch(url);
    if (answer.status !== 200) return `Prometheus answered ${answer.status}`;
    const { data } = JSON.parse(await answer.text()) as Answer;
    const values = (data?.result ?? []).map(({ value }) => Number(value?.[1]));
    // No series is no word: a query that names nothing must not let everything pass.
    if (values.length === 0 || values.some(Number.isNaN)) return 'the query has no value';
    return Math.max(...values);
  } catch (error) {
    return `Prometheus does not answer (${error instanceof Error ? error.message : String(error)})`;
  }
}
