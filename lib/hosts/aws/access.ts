import { Fn, propertyAccess, TerraformProvider, Token, type TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { AwsProvider, awsLookups, ephemeralSsmParameter } from '../../bindings/aws';
import type { AccessConfig, ClusterScoped } from '../host-cloud';
import { currentName } from './secret-store';

/** The stack's own provider of AWS, or a new one for the region. */
export function ensureProvider(stack: TerraformStack, region: string): void {
  const present = stack.node.children.some(
    (child) => child instanceof TerraformProvider && child.terraformResourceType === 'aws' && child.alias === undefined,
  );
  if (!present) new AwsProvider(stack, 'Aws', { region });
}

/** Reads, in another stack, where a cluster is and a short-lived certificate; nothing of the latter comes into its state. */
export function accessTo(
  stack: TerraformStack,
  id: string,
  { clusterName, region }: ClusterScoped & { readonly region: string },
): AccessConfig {
  ensureProvider(stack, region);
  const parent = new Construct(stack, id);
  const account = new awsLookups.CallerIdentity(parent, 'Account', {}).text('account_id');
  const partition = new awsLookups.Partition(parent, 'Partition', {}).text('partition');
  const current = new awsLookups.SsmParameter(parent, 'Current', { name: currentName(clusterName) });
  const found = field(Fn.jsondecode(current.text('insecure_value')));
  const admin = ephemeralSsmParameter(stack, 'admin', {
    arn: `arn:${partition}:ssm:${region}:${account}:parameter/hacluster/${clusterName}/${found('uid')}/access/admin`,
    with_decryption: true,
  });
  const held = field(Fn.jsondecode(Token.asString(admin('value'))));
  return {
    host: `https://${found('endpoint')}`,
    caCertificate: held('ca'),
    clientCertificate: held('certificate'),
    clientKey: held('key'),
  };
}

const field = (decoded: unknown) => (name: string) => Token.asString(propertyAccess(decoded, [name]));
