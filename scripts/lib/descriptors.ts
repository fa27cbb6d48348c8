import { closeSync, readdirSync, readFileSync } from 'node:fs';

const O_CLOEXEC = 0o2000000;

/**
 * Closes the descriptors that this process got from its starter and would hand on to its own children. Node opens all of
 * its own with O_CLOEXEC, so those without it came from outside: a pipe that a shell kept open, a lock, a job server.
 * Whoever waits for the end of such a pipe would wait for as long as we live. Does nothing where /proc does not exist.
 */
export function closeInheritedDescriptors(): void {
  let open: string[] = [];
  try {
    open = readdirSync('/proc/self/fdinfo');
  } catch {
    return;
  }
  for (const name of open) {
    const descriptor = Number(name);
    if (descriptor <= 2) continue;
    try {
      const flags = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'utf8'))?.[1] ?? '';
      if ((Number.parseInt(flags, 8) & O_CLOEXEC) === 0) closeSync(descriptor);
    } catch {
      // The descriptor that read the directory itself is closed already.
    }
  }
}
