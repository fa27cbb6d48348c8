import type { Block } from '../../model/cidr.ts';
import { Failure } from '../../model/failure.ts';
import { quote } from '../../model/quote.ts';
import type { Reading } from '../../model/reading.ts';
import type { SettingFlags } from '../../model/settings.ts';
import type { ControllerManager } from './controller-manager.ts';
import { givenSetting, type SettingName } from './names.ts';

/** A setting's text and where it stands. */
export interface SettingText {
  text: string;
  /** Printed to the user: `flag --cluster-cidr`, `pod kube-system/kube-controller-manager-cp1 --cluster-cidr`. */
  source: string;
  /** True when the operator gave it: then what is wrong with it is a Failure, and it must be written properly. */
  given: boolean;
}

/** Where settings are looked up: a flag of ours beats kube-controller-manager's. */
export interface SettingSource {
  flags: SettingFlags;
  controllerManager: Reading<ControllerManager>;
  /** By ServiceCIDR objects; left out where they were not read. */
  serviceRanges?: Reading<Block[]>;
}

/** The text of a setting; undefined where kube-controller-manager was read and does not have the flag. */
export function findSetting(source: SettingSource, name: SettingName): Reading<SettingText | undefined> {
  const given = givenSetting(source.flags, name);
  if (given !== undefined) {
    const flag = `flag --${name}`;
    return { known: true, source: flag, value: { text: given, source: flag, given: true } };
  }
  if (!source.controllerManager.known) return source.controllerManager;
  const read = source.controllerManager.value.read(name);
  if (!read.known) return read;
  const { value, source: from } = read;
  return {
    known: true,
    source: from,
    value: value === undefined ? undefined : { text: value, source: from, given: false },
  };
}

/** The pod's source without a flag: `pod kube-system/kube-controller-manager-cp1`. */
export function podOf({ controllerManager }: SettingSource): string {
  return controllerManager.known ? controllerManager.source : 'kube-controller-manager';
}

/** The words for a subnet, or one of a list of subnets, that cannot be read. */
export function notASubnet(text: string, written: string, reason: string): string {
  return `${text === written ? 'is' : `holds ${quote(written)}, which is`} not a subnet: ${reason}`;
}

/** A setting that cannot be used: a Failure when the operator gave it, a reason when the cluster has it. */
export function unusable(name: SettingName, { text, source, given }: SettingText, problem: string): Reading<never> {
  if (given) throw new Failure(`--${name} ${quote(text)} ${problem}`);
  return { known: false, reason: `${source}=${text} ${problem}` };
}
