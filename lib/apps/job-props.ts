import type { ContainerProps } from './app-props';
import type { WorkloadProps } from './workload';

/** Properties of a `Job`. */
export interface JobProps extends WorkloadProps, ContainerProps {
  /**
   * How often it is tried again.
   *
   * @default 3
   */
  readonly retries?: number;

  /**
   * Seconds after which it is ended, tries and all.
   *
   * @default 3600
   */
  readonly deadlineSeconds?: number;

  /**
   * Seconds that it is kept for people to look at, once it has ended.
   *
   * @default 86400
   */
  readonly keepSeconds?: number;

  /**
   * Seconds for its end, when it is told to.
   *
   * @default 30
   */
  readonly graceSeconds?: number;
}

/** Properties of a `ScheduledJob`. */
export interface ScheduledJobProps extends JobProps {
  /** When it runs, as five fields of cron: `30 2 * * *`. */
  readonly schedule: string;

  /**
   * The time zone of the schedule.
   *
   * @default Etc/UTC
   */
  readonly timeZone?: string;

  /**
   * What to do when the last run still goes on.
   *
   * @default Forbid
   */
  readonly concurrency?: 'Allow' | 'Forbid' | 'Replace';
}
