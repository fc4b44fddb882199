import { Lazy, type ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { aws } from '../../bindings/aws';
import type { ClusterScoped } from '../host-cloud';
import type { Identity } from '../identity';
import type { Bucket, SecretStore } from '../storage';
import { AwsBucket } from './bucket';
import { fit, own, pascal } from './names';
import { AwsSecretStore, isOpen } from './secret-store';
import { tagsOf, type AwsSite, type Sited } from './site';

/** What an identity is made from. */
export interface IdentityWish extends ClusterScoped {
  /** Short name, such as `worker`. */
  readonly name: string;
  /** ARN of a policy that bounds the role. */
  readonly permissionsBoundary: string | undefined;
}

interface Grant {
  readonly why: string;
  readonly actions: Set<string>;
  readonly resources: Set<string>;
}

/** A role with one policy, which holds what was granted and nothing else. */
export class AwsIdentity extends Construct implements Identity {
  public readonly profileArn: string;

  private readonly site: AwsSite;
  private readonly role: string;
  private readonly policyName: string;
  private readonly grants = new Map<string, Grant>();
  private readonly others: Record<string, unknown>[] = [];
  private readonly keys = new Map<
    string,
    { sid: string; key: string; service: string; context: string; actions: Set<string>; values: Set<string> }
  >();

  constructor(scope: Construct, id: string, { site, wish }: Sited<IdentityWish>) {
    super(scope, id);
    const { clusterName, name, permissionsBoundary } = wish;
    this.site = site;
    this.policyName = name;
    // Roles belong to the account, clusters to a region: the region is in the name.
    const roleName = fit(`${clusterName}-${site.region}-${name}`, 64);
    const role = new aws.IamRole(this, 'Resource', {
      name: roleName,
      description: `Hosts of cluster ${clusterName} (${name})`,
      assume_role_policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: `ec2.${site.dnsSuffix}` }, Action: 'sts:AssumeRole' }],
      }),
      permissions_boundary: permissionsBoundary,
      tags: tagsOf(site, roleName),
    });
    this.role = role.text('name');
    const profile = new aws.IamInstanceProfile(this, 'Profile', {
      name: roleName,
      role: this.role,
      tags: tagsOf(site, roleName),
    });
    this.profileArn = profile.text('arn');
  }

  /** What must stand before its machines start. */
  public get ready(): ITerraformDependable[] {
    const policy = this.node.tryFindChild('Policy');
    return policy instanceof aws.IamRolePolicy ? [policy] : [];
  }

  public mayReadSecret(store: SecretStore, name: string, why: string): void {
    this.secret(store, name, why, 'ssm:GetParameter', ['kms:Decrypt']);
  }

  public mayWriteSecret(store: SecretStore, name: string, why: string): void {
    // Standard parameters ask for the first, advanced ones for the second; the account's default tier decides which they are.
    this.secret(store, name, why, 'ssm:PutParameter', ['kms:Encrypt', 'kms:GenerateDataKey']);
  }

  public mayDeleteSecret(store: SecretStore, name: string, why: string): void {
    this.grant(why, 'ssm:DeleteParameter', own(this, AwsSecretStore, store).arnOf(name));
  }

  public mayListSecrets(store: SecretStore, path: string, why: string): void {
    const { arnOf } = own(this, AwsSecretStore, store);
    this.grant(why, 'ssm:GetParametersByPath', arnOf(path.replace(/\/$/, '')));
    this.grant(`${why}, with who asks`, 'ssm:GetParameterHistory', arnOf(path));
  }

  public mayReadObjects(bucket: Bucket, prefix: string, why: string): void {
    this.objects(bucket, prefix, why, 's3:GetObject', 'kms:Decrypt');
  }

  public mayWriteObjects(bucket: Bucket, prefix: string, why: string): void {
    this.objects(bucket, prefix, why, 's3:PutObject', 'kms:GenerateDataKey');
  }

  public mayDescribeMachines(why: string): void {
    // EC2 knows no narrower resource for it.
    this.grant(why, 'ec2:DescribeInstances', '*');
  }

  public may(statement: Record<string, unknown>, why: string): void {
    this.policy();
    this.others.push({ Sid: pascal(why), Effect: 'Allow', ...statement });
  }

  private secret(store: SecretStore, name: string, why: string, action: string, keyActions: readonly string[]): void {
    const { keyArn, arnOf } = own(this, AwsSecretStore, store);
    const parameter = arnOf(name);
    this.grant(why, action, parameter);
    if (!isOpen(name)) this.useKey('Secrets', keyArn, 'ssm', 'PARAMETER_ARN', parameter, keyActions);
  }

  private objects(bucket: Bucket, prefix: string, why: string, action: string, keyAction: string): void {
    const { arn, keyArn } = own(this, AwsBucket, bucket);
    this.grant(why, action, `${arn}/${prefix}*`);
    // With a bucket key, S3 names the bucket and not the object when it asks for the key.
    this.useKey('Objects', keyArn, 's3', 'aws:s3:arn', arn, [keyAction]);
  }

  private grant(why: string, action: string, resource: string): void {
    this.policy();
    const grant = this.grants.get(why) ?? { why, actions: new Set(), resources: new Set() };
    grant.actions.add(action);
    grant.resources.add(resource);
    this.grants.set(why, grant);
  }

  /** The key only through the service that stores the value, and only for the values granted. */
  private useKey(
    of: string,
    key: string,
    service: string,
    context: string,
    value: string,
    actions: readonly string[],
  ): void {
    for (const [verb, list] of [
      ['Read', actions.filter((action) => action === 'kms:Decrypt')],
      ['Write', actions.filter((action) => action !== 'kms:Decrypt')],
    ] as const) {
      if (list.length === 0) continue;
      const sid = `${verb}${of}ByKey`;
      const use = this.keys.get(sid) ?? { sid, key, service, context, actions: new Set(), values: new Set() };
      list.forEach((action) => use.actions.add(action));
      use.values.add(value);
      this.keys.set(sid, use);
    }
  }

  private policy(): void {
    if (this.node.tryFindChild('Policy')) return;
    new aws.IamRolePolicy(this, 'Policy', {
      name: this.policyName,
      role: this.role,
      policy: Lazy.stringValue({ produce: () => JSON.stringify(this.document()) }),
    });
  }

  private document() {
    const list = (values: ReadonlySet<string>) => [...values].sort();
    const grants = [...this.grants.values()].map(({ why, actions, resources }) => ({
      Sid: pascal(why),
      Effect: 'Allow',
      Action: list(actions),
      Resource: list(resources),
    }));
    const keys = [...this.keys.values()].map(({ sid, key, service, context, actions, values }) => ({
      Sid: sid,
      Effect: 'Allow',
      Action: list(actions),
      Resource: key,
      Condition: {
        StringEquals: { 'kms:ViaService': `${service}.${this.site.region}.${this.site.dnsSuffix}` },
        StringLike: { [`kms:EncryptionContext:${context}`]: list(values) },
      },
    }));
    return { Version: '2012-10-17', Statement: [...grants, ...keys, ...this.others] };
  }
}
