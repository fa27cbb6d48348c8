/** The entry with short waits, and with faults of the disk when the environment asks for them: for tests alone. */
import './harness/torture/file-faults.ts';
import './main.ts';
