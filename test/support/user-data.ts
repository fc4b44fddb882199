import * as yaml from 'js-yaml';

/** A file that user-data or a bundle puts on a node. */
export interface WrittenFile {
  readonly path: string;
  readonly mode: string;
  readonly content: string;
}

/** What a launch template gives its machines, decoded. */
export interface DecodedUserData {
  readonly name: string;
  /** cloud-init's text, as Terraform hands it over but for what only apply knows. */
  readonly text: string;
  /** The cloud-config documents in it, parsed. */
  readonly documents: readonly Readonly<Record<string, unknown>>[];
  readonly files: readonly WrittenFile[];
}

/** Every launch template's user-data, with the files of its bundle where it has one. */
export function userDataOf(json: Record<string, any>): DecodedUserData[] {
  const bundles = Object.values(
    (json.resource?.aws_s3_object ?? {}) as Record<string, { key: string; content: string }>,
  );
  const templates = (json.resource?.aws_launch_template ?? {}) as Record<string, { name: string; user_data: string }>;
  return Object.values(templates).map(({ name, user_data }) => {
    const local = /^\$\{base64gzip\(local\.([^)]+)\)\}$/.exec(user_data)?.[1] ?? '';
    const text = literal(String(json.locals?.[local] ?? ''));
    const documents = parts(text).map((part) => (yaml.load(part) ?? {}) as Record<string, unknown>);
    const bundled = bundles.filter(({ key }) => text.includes(key)).flatMap(({ content }) => bundleFiles(content));
    return { name, text, documents, files: [...documents.flatMap(inlineFiles), ...bundled] };
  });
}

function inlineFiles(document: Readonly<Record<string, unknown>>): WrittenFile[] {
  const { write_files: files = [] } = document as {
    write_files?: { path: string; permissions?: string; content: string }[];
  };
  return files.map(({ path, permissions = '0644', content }) => ({ path, mode: permissions, content }));
}

function bundleFiles(content: string): WrittenFile[] {
  return (JSON.parse(literal(content)) as { files: WrittenFile[] }).files;
}

/** The cloud-config documents: one alone, or the parts of a MIME message. */
function parts(text: string): string[] {
  const boundary = /^Content-Type: multipart\/mixed; boundary="([^"]+)"/.exec(text)?.[1];
  if (boundary === undefined) return [text];
  return text
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => part.slice(part.indexOf('\n\n') + 2));
}

/** Terraform's template text as it will be, but for what only apply knows. */
function literal(text: string): string {
  return text.replace(/([$%])\1\{/g, '$1{');
}
