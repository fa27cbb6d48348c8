import { isNodeName } from '../model/node-name.ts';
import { count } from '../model/text.ts';

/**
 * The command that gives these nodes new subnets; it works when pasted into a shell. Names that no API server accepts, as only
 * an edited dump has them, are left out behind a shell comment: no command can name such a node.
 */
export function reassign(names: string[]): string {
  return onNodes('kubectl podcidr reassign', names);
}

/** The same for the command that keeps further pods away from these nodes. */
export function cordon(names: string[]): string {
  return onNodes('kubectl cordon', names);
}

/** What follows when the bridge of these nodes' pods is deleted: a comment for the end of that command. */
export function podsCutOff(names: string[]): string {
  const commands = names.filter(isNodeName).map((name) => `kubectl get pods -A --field-selector spec.nodeName=${name}`);
  return `then delete ${names.length === 1 ? 'its' : 'their'} pods, they have lost their network: ${commands.join('; ')}`;
}

function onNodes(command: string, names: string[]): string {
  const valid = names.filter(isNodeName);
  if (valid.length === 0)
    return names.length === 1
      ? 'the name is not valid: no command can name it'
      : 'the names are not valid: no command can name them';
  const left = names.length - valid.length;
  const note =
    left === 0 ? '' : `  # without ${count(left, 'name')} not valid: no command can name ${left === 1 ? 'it' : 'them'}`;
  return `${command} ${valid.join(' ')}${note}`;
}
