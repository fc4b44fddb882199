import type { AwsNetworkConfig } from './network';

/** What the parts of AWS hosts need of the place they stand in. */
export interface AwsSite {
  /** The region. */
  readonly region: string;
  /** The account's number, known at apply. */
  readonly account: string;
  /** The partition, such as `aws` or `aws-cn`, known at apply. */
  readonly partition: string;
  /** The end of the cloud's own names, such as `amazonaws.com`, known at apply. */
  readonly dnsSuffix: string;
  /** Tags of everything. */
  readonly tags: Readonly<Record<string, string>>;
  /** Whether what holds data resists a destroy. */
  readonly deletionProtection: boolean;
  /** The network. */
  readonly network: AwsNetworkConfig;
  /** The key that a cluster's secrets, objects and volumes are encrypted with. */
  keyArn(clusterName: string): string;
}

/** The props of a part: where it stands, and what was asked for. */
export interface Sited<W> {
  /** The place. */
  readonly site: AwsSite;
  /** What was asked for. */
  readonly wish: W;
}

/** An ARN in the site's region and account. */
export function arn({ partition, region, account }: AwsSite, service: string, resource: string): string {
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}

/** The tags of one thing. */
export function tagsOf(
  { tags }: Pick<AwsSite, 'tags'>,
  name: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return { ...tags, ...more, Name: name };
}
