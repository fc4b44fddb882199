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
  readonly text: string;
  readonly files: readonly WrittenFile[];
}

/** Every launch template's user-data, with the files of its bundle where it has one. */
export function userDataOf(json: Record<string, any>): DecodedUserData[] {
  const bundles = new Map<string, string>(
    Object.values((json.resource?.aws_s3_object ?? {}) as Record<string, { key: string; content: string }>).map(({ key, content }) => [key, literal(content)]),
  );
  return Object.values((json.resource?.aws_launch_template ?? {}) as Record<string, { name: string; user_data: string }>).map(({ name, user_data }) => {
    const local = /^\$\{base64gzip\(local\.([^)]+)\)\}$/.exec(user_data)?.[1] ?? '';
    const text = literal(String(json.locals?.[local] ?? ''));
    const { write_files: inline = [] } = (yaml.load(text) ?? {}) as { write_files?: { path: string; permissions?: string; content: string }[] };
    const files = inline.map(({ path, permissions = '0644', content }) => ({ path, mode: permissions, content }));
    const bundled = [...bundles].filter(([key]) => text.includes(key)).flatMap(([, content]) => bundleFiles(content));
    return { name, text, files: [...files, ...bundled] };
  });
}

function bundleFiles(content: string): WrittenFile[] {
  return (JSON.parse(content) as { files: WrittenFile[] }).files;
}

/** Terraform's template text as it will be, but for what only apply knows. */
function literal(text: string): string {
  return text.replace(/([$%])\1\{/g, '$1{');
}
