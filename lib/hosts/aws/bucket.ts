import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { aws } from '../../bindings/aws';
import { escapeTemplate, type L1Resource } from '../../bindings/l1';
import { ValidationError } from '../../core/errors';
import type { ClusterScoped } from '../host-cloud';
import type { Bucket } from '../storage';
import { tagsOf, type Sited } from './site';

/** A versioned, private, TLS-only bucket, encrypted with the cluster's key. */
export class AwsBucket extends Construct implements Bucket {
  public readonly name: string;
  public readonly nodeEnvironment: Readonly<Record<string, string>>;
  public readonly arn: string;
  public readonly keyArn: string;

  private readonly settings: readonly L1Resource[];

  constructor(scope: Construct, id: string, { site, wish }: Sited<ClusterScoped & { readonly keepDays: number }>) {
    super(scope, id);
    const { clusterName, keepDays } = wish;
    if (!Number.isInteger(keepDays) || keepDays < 1) {
      throw new ValidationError(
        scope,
        `keepDays must be a whole number of days, at least 1, got ${keepDays}; give one`,
      );
    }
    this.keyArn = site.keyArn(clusterName);
    // Bucket names are unique in the world, hence a prefix.
    const bucket = new aws.S3Bucket(this, 'Resource', {
      bucket_prefix: `hacluster-${clusterName}-`,
      force_destroy: !site.deletionProtection,
      tags: tagsOf(site, clusterName),
    });
    this.name = bucket.id;
    this.arn = bucket.text('arn');
    this.nodeEnvironment = { HAC_REGION: site.region, HAC_BUCKET: this.name };
    this.settings = this.protect();
    this.expire(keepDays);
  }

  public put(id: string, key: string, text: string): ITerraformDependable {
    return new aws.S3Object(
      this,
      id,
      {
        bucket: this.name,
        key,
        content: escapeTemplate(text),
        server_side_encryption: 'aws:kms',
        kms_key_id: this.keyArn,
      },
      // A node that starts in the middle of an apply still finds what its user-data names.
      { dependsOn: [...this.settings], lifecycle: { createBeforeDestroy: true } },
    );
  }

  private protect(): L1Resource[] {
    const bucket = this.name;
    const versioning = new aws.S3BucketVersioning(this, 'Versioning', {
      bucket,
      versioning_configuration: { status: 'Enabled' },
    });
    const encryption = new aws.S3BucketEncryption(this, 'Encryption', {
      bucket,
      rule: [
        {
          apply_server_side_encryption_by_default: { sse_algorithm: 'aws:kms', kms_master_key_id: this.keyArn },
          bucket_key_enabled: true,
        },
      ],
    });
    const privacy = new aws.S3BucketPublicAccessBlock(this, 'Privacy', {
      bucket,
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    const policy = new aws.S3BucketPolicy(
      this,
      'Policy',
      { bucket, policy: JSON.stringify(tlsOnly(this.arn)) },
      // S3 refuses two such changes of one bucket at a time.
      { dependsOn: [privacy] },
    );
    return [versioning, encryption, policy];
  }

  private expire(keepDays: number): void {
    new aws.S3BucketLifecycle(
      this,
      'Expiry',
      {
        bucket: this.name,
        rule: [
          {
            id: 'snapshots',
            status: 'Enabled',
            filter: [{ prefix: 'snapshots/' }],
            expiration: [{ days: keepDays }],
          },
          {
            // Bundles stay as long as a template names them; what was replaced goes.
            id: 'replaced',
            status: 'Enabled',
            filter: [{ prefix: '' }],
            noncurrent_version_expiration: [{ noncurrent_days: keepDays }],
            abort_incomplete_multipart_upload: [{ days_after_initiation: 1 }],
          },
        ],
      },
      // Its second rule is about old versions.
      { dependsOn: [...this.settings] },
    );
  }
}

function tlsOnly(arn: string) {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  };
}
