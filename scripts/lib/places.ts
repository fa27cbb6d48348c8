import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The checkout. */
export const ROOT: string = resolve(import.meta.dirname, '../..');

/** Where built components are kept between runs, outside the checkout. */
export const CACHE: string = resolve(
  process.env.KUBECTL_PODCIDR_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubectl-podcidr'),
);

/** The directory of `scripts/lab` when --dir is not given. */
export const DEFAULT_LAB_DIR: string = join(tmpdir(), 'kubectl-podcidr-lab');

/** The directory of `scripts/control-plane` when --dir is not given. */
export const DEFAULT_PLANE_DIR: string = join(tmpdir(), 'kubectl-podcidr-control-plane');
