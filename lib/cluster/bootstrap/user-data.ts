import { createHash } from 'node:crypto';
import { ValidationError, type Located } from '../../core/errors';
import type { NodeDriver } from '../../hosts/host-cloud';
import type { NodeFile } from './bootstrap-props';
import { SCRIPTS } from './scripts.table';
import { text } from './system-files';

/** What a machine is handed at its first boot. */
export interface UserData {
  /** Terraform template text: literal parts escaped, tokens raw. */
  readonly text: string;
  /**
   * Files that did not fit; nodes fetch them and check their hash.
   *
   * @default - everything fits
   */
  readonly bundle?: {
    /** The object's key. */
    readonly key: string;
    /** Its text. */
    readonly text: string;
  };
  /** Estimate of the compressed size from above, with room for what is known at apply only. */
  readonly bytes: number;
}

/** What user-data is made from. */
export interface UserDataWish {
  /** Files, the same on every node of its kind. */
  readonly files: readonly NodeFile[];
  /** The node's environment; the only values that may be tokens. */
  readonly environment: Readonly<Record<string, string>>;
  /** Bytes of compressed user-data that the cloud takes. */
  readonly limit: number;
  /** Scripts that know the cloud. */
  readonly driver: NodeDriver;
  /**
   * cloud-config documents that are merged in.
   *
   * @default - none
   */
  readonly snippets?: readonly string[];
}

/** Room for what the estimate cannot know: values that are longer than a line of Base64. */
const MARGIN = 1000;
const TOKEN = /(\$\{TfToken\[[^\]]*\]\})/;
/** What stands between words. Those of 40 letters and more are keys, certificates, hashes, compressed files: they do not shrink. */
const BETWEEN = /[^\w+/=-]+/;
const DENSE = 40;
/** What a compressor writes before the first letter. */
const HEAD = 200;
const BOOTSTRAP = 'hacluster-bootstrap.service';

/**
 * Renders user-data, and a bundle for the bucket where it would be too large.
 *
 * @throws ValidationError for snippets that are no cloud-config, and for user-data that is too large even so
 */
export function renderUserData(at: Located, wish: UserDataWish): UserData {
  const { files, limit, snippets = [] } = wish;
  const environment = environmentFile(at, wish.environment);
  snippets.forEach((snippet, index) => {
    checkSnippet(at, snippet, index);
  });
  // No estimate is less than half of the text.
  if (files.reduce((sum, { content }) => sum + content.length, 0) < 2 * limit) {
    const inline = assemble([environment, ...files], BOOTSTRAP, snippets);
    const bytes = estimate(inline);
    if (bytes <= limit - MARGIN) return { text: escape(inline), bytes };
  }
  const bundle = bundleOf(files);
  const outer = [environment, ...fetchingFiles(wish.driver, files, bundle)];
  const small = assemble(outer, 'hacluster-install.service', snippets);
  const smallBytes = estimate(small);
  if (smallBytes > limit - MARGIN) {
    throw new ValidationError(
      at,
      `nodeSnippets must leave user-data at most ${limit - MARGIN} bytes when compressed, got ${smallBytes}; put large files into the image, or let a snippet fetch them`,
    );
  }
  return { text: escape(small), bytes: smallBytes, bundle: { key: bundle.key, text: bundle.text } };
}

function environmentFile(at: Located, environment: Readonly<Record<string, string>>): NodeFile {
  const lines = Object.entries(environment).map(([name, value]) => {
    if (/['\n\\]/.test(value)) {
      throw new ValidationError(
        at,
        `${name} must hold no quote, backslash or newline, got ${value}; choose a plain value`,
      );
    }
    return `${name}='${value}'`;
  });
  return text('/etc/hacluster/node.env', lines);
}

function checkSnippet(at: Located, snippet: string, index: number): void {
  const foreign = /[^\t\n\x20-\x7e]/u.exec(snippet)?.[0];
  if (foreign !== undefined) {
    throw new ValidationError(
      at,
      `nodeSnippets[${index}] must be ASCII, got ${JSON.stringify(foreign)}; write other characters as escapes in double quotes`,
    );
  }
  if (/^#cloud-config *\n/.test(snippet)) return;
  const first = snippet.split('\n', 1)[0] ?? '';
  throw new ValidationError(
    at,
    `nodeSnippets[${index}] must be a cloud-config document, got one that begins with ${JSON.stringify(first)}; let its first line be #cloud-config`,
  );
}

/** The files as one document, named by its hash: what a node installs is what was synthesized. */
function bundleOf(files: readonly NodeFile[]) {
  // Pure ASCII: no encoding on the way can change a byte.
  const document = JSON.stringify({ files }).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const hash = createHash('sha256').update(document).digest('hex');
  return { key: `bundle/${hash}.json`, text: document, hash };
}

function fetchingFiles(
  driver: NodeDriver,
  files: readonly NodeFile[],
  bundle: { key: string; hash: string },
): NodeFile[] {
  return [
    text('/etc/hacluster/bundle.env', [`HAC_BUNDLE_KEY='${bundle.key}'`, `HAC_BUNDLE_SHA256='${bundle.hash}'`]),
    { path: '/usr/local/lib/hacluster/fetch', mode: '0755', content: driver.fetch },
    { path: '/usr/local/lib/hacluster/install-bundle', mode: '0755', content: SCRIPTS['bundle/install-bundle'] },
    {
      path: '/etc/systemd/system/hacluster-install.service',
      mode: '0644',
      content: SCRIPTS['bundle/hacluster-install.service'],
    },
    ...files.filter(({ path }) => path === '/etc/hacluster/proxy.env'),
  ];
}

function assemble(files: readonly NodeFile[], unit: string, snippets: readonly string[]): string {
  const own = cloudConfig(files, unit);
  if (snippets.length === 0) return own;
  // What is there wins over what comes later, lists grow: ours is the last, so a snippet's commands run before the node
  // joins, and its settings go before ours.
  const boundary = 'HACLUSTER-PART-';
  const parts = [...snippets, own].map((part) =>
    [
      `--${boundary}`,
      'Content-Type: text/cloud-config; charset="utf-8"',
      'Merge-Type: list(append)+dict(no_replace,recurse_list)+str()',
      '',
      part,
    ].join('\n'),
  );
  const head = `Content-Type: multipart/mixed; boundary="${boundary}"\nMIME-Version: 1.0\n`;
  return [head, ...parts, `--${boundary}--\n`].join('\n');
}

function cloudConfig(files: readonly NodeFile[], unit: string): string {
  return [
    '#cloud-config',
    // Nobody logs in: no user besides a locked root, no key, no SSH.
    'users: [{name: root, lock_passwd: true}]',
    'ssh_pwauth: false',
    'disable_root: true',
    'write_files:',
    ...files.flatMap(({ path, mode, content }) => [
      `- path: ${path}`,
      `  permissions: "${mode}"`,
      ...contentLines(content),
    ]),
    'runcmd:',
    '- [systemctl, mask, --now, ssh.service, ssh.socket, sshd.service]',
    '- [systemctl, daemon-reload]',
    `- [systemctl, enable, ${unit}]`,
    `- [systemctl, start, --no-block, ${unit}]`,
    '',
  ].join('\n');
}

// A block where the text allows one; otherwise quoted. Both are ASCII: in a document of several parts nothing else survives.
function contentLines(content: string): string[] {
  if (!/^(?![ \n])[\t\n\x20-\x7e]*[^\n]\n$/.test(content)) return [`  content: ${quoted(content)}`];
  const lines = content.slice(0, -1).split('\n');
  return ['  content: |', ...lines.map((line) => (line === '' ? '' : `    ${line}`))];
}

function quoted(content: string): string {
  return JSON.stringify(content).replace(
    /[^\x20-\x7e]/gu,
    (char) => `\\U${(char.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`,
  );
}

/** The text as a Terraform template; tokens stay what they are. */
function escape(plain: string): string {
  return plain
    .split(TOKEN)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/([$%])\{/g, '$1$1{')))
    .join('');
}

/**
 * At most this much is left of it: of scripts and YAML less than half, of dense text all.
 *
 * A compressor would know more, and take a tenth of the whole synthesis; Terraform, which compresses, has the last word.
 */
function estimate(plain: string): number {
  const known = plain
    .split(TOKEN)
    .map((part, index) => (index % 2 === 1 ? 'x'.repeat(76) : part))
    .join('');
  let dense = 0;
  for (const { length } of known.split(BETWEEN)) if (length >= DENSE) dense += length;
  return Math.ceil((known.length + dense) / 2) + HEAD;
}
