import { Construct } from 'constructs';
import { aws } from '../../bindings/aws';
import { tagsOf, type AwsSite } from './site';

/** Properties of an `AwsKey`. */
export interface AwsKeyProps {
  /** The place. */
  readonly site: AwsSite;
  /** The cluster's name. */
  readonly clusterName: string;
}

/** The key of one cluster, rotated each year. */
export class AwsKey extends Construct {
  public readonly arn: string;

  constructor(scope: Construct, id: string, { site, clusterName }: AwsKeyProps) {
    super(scope, id);
    const key = new aws.KmsKey(
      this,
      'Resource',
      {
        description: `Secrets, objects and volumes of cluster ${clusterName}`,
        enable_key_rotation: true,
        deletion_window_in_days: site.deletionProtection ? 30 : 7,
        policy: JSON.stringify(policy(site)),
        tags: tagsOf(site, clusterName),
      },
      // Without the key, snapshots and roots of trust are noise.
      { lifecycle: site.deletionProtection ? { preventDestroy: true } : undefined },
    );
    new aws.KmsAlias(this, 'Alias', { name: `alias/hacluster/${clusterName}`, target_key_id: key.text('key_id') });
    this.arn = key.text('arn');
  }
}

function policy({ partition, account }: AwsSite) {
  const role = `role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
  // Named by a condition instead of as principal: a young account has no such role yet, and KMS refuses unknown principals.
  const groups = {
    StringEquals: { 'kms:CallerAccount': account },
    ArnLike: { 'aws:PrincipalArn': `arn:${partition}:iam::${account}:${role}` },
  };
  return {
    Version: '2012-10-17',
    Statement: [
      {
        // The account's own policies decide: without this statement nobody could ever change the key again.
        Sid: 'AccountDecidesByItsPolicies',
        Effect: 'Allow',
        Principal: { AWS: `arn:${partition}:iam::${account}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
      {
        // Groups start machines whose volumes are encrypted with the key; their service role has no right to it otherwise.
        Sid: 'GroupsUseItForVolumes',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        Resource: '*',
        Condition: groups,
      },
      {
        // EC2 decrypts a volume as long as it is attached, by a grant that the group hands over.
        Sid: 'GroupsGrantItToVolumes',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: 'kms:CreateGrant',
        Resource: '*',
        Condition: { ...groups, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
      },
    ],
  };
}
