import { createHash } from 'node:crypto';
import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { ValidationError, type Located } from '../core/errors';
import { checkWhole } from '../core/numbers';
import type { Demand } from './demand';
import type { JobProps, ScheduledJobProps } from './job-props';
import { podTemplate } from './pod-template';
import { amountsOf, type Amounts } from './resources';
import { Workload } from './workload';

/**
 * Work that is done once.
 *
 * A Job cannot be changed once it is there, so its name ends with a hash of what it does: a change makes another.
 *
 * @throws ValidationError for numbers that cannot be
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/
 */
export class Job extends Workload {
  public readonly ports: readonly number[] = [];
  public readonly demands: readonly Demand[];
  /** Its Job. With `addJsonPatch` it takes what no prop reaches. */
  public readonly job: ApiObject;

  constructor(scope: Construct, id: string, props: JobProps) {
    super(scope, id, props);
    const amounts = amountsOf(this, props.resources ?? {});
    this.demands = [{ amounts, least: 1, most: 1 }];
    const spec = jobSpec(this, props, amounts);
    const hash = createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, 8);
    this.job = this.object('Resource', 'batch/v1', 'Job', { metadata: { name: `${this.appName}-${hash}` }, spec });
  }
}

/**
 * Work that is done again and again, by the clock.
 *
 * @throws ValidationError for a schedule that is none, and for numbers that cannot be
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
 */
export class ScheduledJob extends Workload {
  public readonly ports: readonly number[] = [];
  public readonly demands: readonly Demand[];
  /** Its CronJob. With `addJsonPatch` it takes what no prop reaches. */
  public readonly cronJob: ApiObject;

  constructor(scope: Construct, id: string, props: ScheduledJobProps) {
    super(scope, id, props);
    const { schedule, timeZone = 'Etc/UTC', concurrency = 'Forbid' } = props;
    checkSchedule(this, schedule);
    const amounts = amountsOf(this, props.resources ?? {});
    this.demands = [{ amounts, least: 0, most: 1 }];
    this.cronJob = this.object('Resource', 'batch/v1', 'CronJob', {
      spec: {
        schedule,
        timeZone,
        concurrencyPolicy: concurrency,
        // Whoever was away for longer starts with the next one, not with all that were missed.
        startingDeadlineSeconds: 300,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
        jobTemplate: { spec: jobSpec(this, props, amounts) },
      },
    });
  }
}

function jobSpec(workload: Workload, props: JobProps, amounts: Amounts): object {
  const { retries = 3, deadlineSeconds = 3600, keepSeconds = 86400, graceSeconds = 30, mountsToken = false } = props;
  checkWhole(workload, 'retries', retries, 0, 100);
  checkWhole(workload, 'deadlineSeconds', deadlineSeconds, 1, 604800);
  checkWhole(workload, 'keepSeconds', keepSeconds, 0, 2592000);
  checkWhole(workload, 'graceSeconds', graceSeconds, 0, 3600);
  return {
    backoffLimit: retries,
    activeDeadlineSeconds: deadlineSeconds,
    ttlSecondsAfterFinished: keepSeconds,
    // A node that goes takes no try with it.
    podFailurePolicy: {
      rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
    },
    template: podTemplate(workload, props, {
      selector: workload.selector,
      labels: workload.labels,
      serviceAccountName: workload.appName,
      mountsToken,
      containerName: workload.appName,
      amounts,
      ports: [],
      probes: {},
      drainSeconds: 0,
      graceSeconds,
      restartPolicy: 'Never',
    }),
  };
}

const FIELDS: readonly (readonly [name: string, least: number, most: number])[] = [
  ['minute', 0, 59],
  ['hour', 0, 23],
  ['day', 1, 31],
  ['month', 1, 12],
  ['weekday', 0, 6],
];

function checkSchedule(at: Located, schedule: string): void {
  const fields = schedule.split(' ');
  const wrong = FIELDS.find(([, least, most], index) => !isField(fields[index] ?? '', least, most));
  if (fields.length === 5 && !wrong) return;
  const what = fields.length === 5 ? `${wrong?.[0] ?? ''} in ` : '';
  throw new ValidationError(at, `schedule must be five fields of cron, got ${what}${schedule}; write it as 30 2 * * *`);
}

function isField(text: string, least: number, most: number): boolean {
  return text.split(',').every((part) => {
    const [match, , from, to, step] = /^(\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
    if (match === undefined || step === '0' || step === '00') return false;
    return [from, to].every((one) => one === undefined || (Number(one) >= least && Number(one) <= most));
  });
}
