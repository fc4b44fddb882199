import { TerraformLocal } from 'cdktf';
import { Construct } from 'constructs';
import { aws } from '../../bindings/aws';
import type { ClusterScoped, Published } from '../host-cloud';
import type { SecretStore } from '../storage';
import { arn, tagsOf, type AwsSite, type Sited } from './site';

/** Parameters of Systems Manager; Terraform knows their names, and of what it seeds, the first value. */
export class AwsSecretStore extends Construct implements SecretStore {
  public readonly path: string;
  public readonly nodeEnvironment: Readonly<Record<string, string>>;
  public readonly keyArn: string;
  /** The ARN of a parameter, or of all below a path that ends with `/`. */
  public readonly arnOf: (name: string) => string;

  private readonly site: AwsSite;

  constructor(scope: Construct, id: string, { site, wish }: Sited<ClusterScoped & { readonly uid: string }>) {
    super(scope, id);
    this.site = site;
    const path = `/hacluster/${wish.clusterName}/${wish.uid}`;
    this.path = path;
    this.keyArn = site.keyArn(wish.clusterName);
    this.nodeEnvironment = { HAC_REGION: site.region, HAC_SECRETS_KEY: this.keyArn };
    // Policies name it dozens of times.
    const root = new TerraformLocal(this, 'Arn', arn(site, 'ssm', `parameter${path}`)).asString;
    this.arnOf = (name) => `${root}/${name}${name.endsWith('/') ? '*' : ''}`;
  }

  public seed(id: string, name: string, value: string): void {
    const open = isOpen(name);
    new aws.SsmParameter(
      this,
      id,
      {
        name: `${this.path}/${name}`,
        description: 'Nodes change it; Terraform made it and never looks again',
        // Nodes write everything else encrypted: seeded otherwise, its kind would change under them.
        type: open ? 'String' : 'SecureString',
        key_id: open ? undefined : this.keyArn,
        // Write-only: neither the seed nor what nodes make of it comes into the state.
        value_wo: value,
        value_wo_version: 1,
        tags: tagsOf(this.site, name),
      },
      // Any update writes the value too: a new description would set a living cluster back to its beginning.
      { lifecycle: { ignoreChanges: 'all' } },
    );
  }

  public keep(id: string, name: string, value: string): void {
    new aws.SsmParameter(this, id, {
      name: `${this.path}/${name}`,
      description: 'Terraform keeps it up to date; nodes read it',
      type: 'String',
      value,
      tags: tagsOf(this.site, name),
    });
  }
}

/** What is stored in the clear: it is public, or is meant for people who may not use the cluster's key. */
export function isOpen(name: string): boolean {
  return /^(public\/|access\/(people$|requests\/|certificates\/))/.test(name);
}

/** The parameter by which another stack finds a cluster by its name. */
export function currentName(clusterName: string): string {
  return `/hacluster/${clusterName}/current`;
}

/** Makes a cluster findable by its name. A second cluster of the same name fails here, at its first apply. */
export class AwsCurrent extends Construct {
  constructor(scope: Construct, id: string, { site, wish }: Sited<ClusterScoped & Published>) {
    super(scope, id);
    const { clusterName, uid, endpoint, kubernetesVersion } = wish;
    new aws.SsmParameter(this, 'Resource', {
      name: currentName(clusterName),
      description: 'Where the cluster of this name is',
      type: 'String',
      value: JSON.stringify({ uid, endpoint, kubernetesVersion }),
      tags: tagsOf(site, clusterName),
    });
  }
}
