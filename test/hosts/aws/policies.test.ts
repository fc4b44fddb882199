import { AwsIdentity } from '../../../lib/hosts/aws/identity';
import { own } from '../../../lib/hosts/aws/names';
import { awsNodeDriver } from '../../../lib/hosts/aws/node-driver';
import { withoutLocals } from '../../support/locals';
import { hosted, synthesized } from './hosted';

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string[];
  readonly Resource: string | string[];
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/** The policy of a role, with references shortened to what a person calls them. */
function policy(json: any, role: string): Statement[] {
  const found = Object.entries<any>(json.resource.aws_iam_role_policy).find(([id]) => id.startsWith(role));
  return JSON.parse(shorten(withoutLocals(json, found?.[1].policy ?? '{"Statement":[]}'))).Statement;
}

const shorten = (text: string): string =>
  text
    .replace(
      /arn:\$\{data\.aws_partition\.\w+\.partition\}:ssm:eu-central-1:\$\{data\.aws_caller_identity\.\w+\.account_id\}:parameter/g,
      'PARAMETER',
    )
    .replace(/\$\{substr\(terraform_data\.\w+\.id, 0, 8\)\}/g, 'UID')
    .replace(/\$\{aws_kms_key\.[\w-]+\.arn\}/g, 'KEY')
    .replace(/\$\{aws_s3_bucket\.\w+\.arn\}/g, 'BUCKET')
    .replace(/\$\{data\.aws_partition\.\w+\.dns_suffix\}/g, 'SUFFIX')
    .replace(/\$\{data\.aws_partition\.\w+\.partition\}/g, 'PARTITION')
    .replace(/\$\{data\.aws_caller_identity\.\w+\.account_id\}/g, 'ACCOUNT');

const usual = hosted().json;
const worker = policy(usual, 'WorkerIdentity');
const keeper = policy(usual, 'ControlPlaneIdentity');
const allow = (Sid: string, Action: string[], Resource: string | string[], Condition?: object) => ({
  Sid,
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
});
const by = (service: string, context: string, values: string[]) => ({
  StringEquals: { 'kms:ViaService': `${service}.eu-central-1.SUFFIX` },
  StringLike: { [`kms:EncryptionContext:${context}`]: values },
});

test('a worker may do what was granted, and nothing else', () => {
  expect(worker).toEqual([
    allow('VerifyTheAPIServer', ['ssm:GetParameter'], ['PARAMETER/hacluster/shop/UID/public/*']),
    allow('JoinWithAShortLivedToken', ['ssm:GetParameter'], ['PARAMETER/hacluster/shop/UID/join/worker']),
    allow('FetchNodeFiles', ['s3:GetObject'], ['BUCKET/bundle/*']),
    allow(
      'ReadSecretsByKey',
      ['kms:Decrypt'],
      'KEY',
      by('ssm', 'PARAMETER_ARN', ['PARAMETER/hacluster/shop/UID/join/worker']),
    ),
    allow('ReadObjectsByKey', ['kms:Decrypt'], 'KEY', by('s3', 'aws:s3:arn', ['BUCKET'])),
  ]);
});

test('a control plane may do what was granted, and nothing else', () => {
  const secrets = ['PARAMETER/hacluster/shop/UID/roots/*', 'PARAMETER/hacluster/shop/UID/state'];
  const both = ['ssm:GetParameter', 'ssm:PutParameter'];
  expect(keeper).toEqual([
    allow('ShareState', both, ['PARAMETER/hacluster/shop/UID/state']),
    allow('ShareRoots', both, ['PARAMETER/hacluster/shop/UID/roots/*']),
    // Listing is asked of the path itself, the history of what lies below it.
    allow('SeeRequests', ['ssm:GetParametersByPath'], ['PARAMETER/hacluster/shop/UID/access/requests']),
    allow('SeeRequestsWithWhoAsks', ['ssm:GetParameterHistory'], ['PARAMETER/hacluster/shop/UID/access/requests/*']),
    allow('AnswerRequests', ['ssm:PutParameter'], ['PARAMETER/hacluster/shop/UID/access/certificates/*']),
    allow('ForgetRequests', ['ssm:DeleteParameter'], ['PARAMETER/hacluster/shop/UID/access/requests/*']),
    allow('FetchNodeFiles', ['s3:GetObject'], ['BUCKET/bundle/*']),
    allow('StoreEtcdSnapshots', ['s3:PutObject'], ['BUCKET/snapshots/*']),
    allow('TellDeadHostsFromSlowOnes', ['ec2:DescribeInstances'], ['*']),
    allow('ReadSecretsByKey', ['kms:Decrypt'], 'KEY', by('ssm', 'PARAMETER_ARN', secrets)),
    allow('WriteSecretsByKey', ['kms:Encrypt', 'kms:GenerateDataKey'], 'KEY', by('ssm', 'PARAMETER_ARN', secrets)),
    allow('ReadObjectsByKey', ['kms:Decrypt'], 'KEY', by('s3', 'aws:s3:arn', ['BUCKET'])),
    allow('WriteObjectsByKey', ['kms:GenerateDataKey'], 'KEY', by('s3', 'aws:s3:arn', ['BUCKET'])),
  ]);
});

test('policies hold the calls that node scripts make, besides the key, and no others', () => {
  const actions = (statements: Statement[]) =>
    statements.flatMap(({ Action }) => Action).filter((action) => !action.startsWith('kms:'));
  expect([...new Set([...actions(worker), ...actions(keeper)])].sort()).toEqual([...awsNodeDriver.calls].sort());
});

test('no policy is wide: one resource for all is for looking machines up', () => {
  const wide = [...worker, ...keeper].filter(({ Resource }) => Resource.includes('*'));
  expect(wide.map(({ Action }) => Action)).toEqual([['ec2:DescribeInstances']]);
});

test('each statement has a name of its own', () => {
  for (const statements of [worker, keeper]) {
    const sids = statements.map(({ Sid }) => Sid);
    expect(new Set(sids).size).toBe(sids.length);
    expect(sids.filter((sid) => !/^[A-Za-z0-9]+$/.test(sid))).toEqual([]);
  }
});

test('one reason for several names is one statement', () => {
  const { stack, cloud, store } = hosted();
  const identity = cloud.identity(stack, 'Other', { clusterName: 'shop', name: 'other' });
  identity.mayReadSecret(store, 'a', 'know both');
  identity.mayReadSecret(store, 'b', 'know both');
  const [first] = policy(synthesized(stack), 'Other');
  expect(first?.Resource).toEqual(['PARAMETER/hacluster/shop/UID/a', 'PARAMETER/hacluster/shop/UID/b']);
});

test('an identity may hold a statement of the cloud, and is nothing without grants', () => {
  const { stack, cloud } = hosted();
  const other = own(stack, AwsIdentity, cloud.identity(stack, 'Other', { clusterName: 'shop', name: 'other' }));
  expect(other.ready).toEqual([]);
  other.may({ Action: ['ec2:CreateTags'], Resource: '*' }, 'name my disk');
  expect(policy(synthesized(stack), 'Other')).toEqual([allow('NameMyDisk', ['ec2:CreateTags'], '*')]);
});

test('roles are for machines of the region', () => {
  const roles = Object.values<any>(usual.resource.aws_iam_role);
  expect(roles.map(({ name }) => name)).toEqual(['shop-eu-central-1-control-plane', 'shop-eu-central-1-worker']);
  expect(JSON.parse(shorten(roles[0].assume_role_policy)).Statement).toEqual([
    { Effect: 'Allow', Principal: { Service: 'ec2.SUFFIX' }, Action: 'sts:AssumeRole' },
  ]);
});

test('the key is for the account by its policies, and for groups that start encrypted machines', () => {
  const key = Object.values<any>(usual.resource.aws_kms_key)[0];
  const [account, use, grant] = JSON.parse(shorten(key.policy)).Statement;
  const groups = {
    StringEquals: { 'kms:CallerAccount': 'ACCOUNT' },
    ArnLike: {
      'aws:PrincipalArn':
        'arn:PARTITION:iam::ACCOUNT:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
    },
  };
  expect(account.Principal).toEqual({ AWS: 'arn:PARTITION:iam::ACCOUNT:root' });
  expect(use).toMatchObject({ Action: expect.not.arrayContaining(['kms:CreateGrant']), Condition: groups });
  expect(grant).toMatchObject({
    Action: 'kms:CreateGrant',
    Condition: { ...groups, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
  });
});

test('the bucket refuses what does not come over TLS', () => {
  const found = Object.values<any>(usual.resource.aws_s3_bucket_policy)[0];
  expect(JSON.parse(shorten(found.policy)).Statement).toEqual([
    {
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: ['BUCKET', 'BUCKET/*'],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ]);
});
