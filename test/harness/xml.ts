/** An element of an XML text. */
export interface Element {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  /** Its own text, entities resolved. */
  text: string;
}

const NAME = '[A-Za-z_:][A-Za-z0-9._:-]*';
const START = new RegExp(`^<(${NAME})((?:\\s+${NAME}="[^"<]*")*)\\s*(/?)>`);
const ATTRIBUTE = new RegExp(`(${NAME})="([^"<]*)"`, 'g');
const END = new RegExp(`^</(${NAME})\\s*>`);
const CHARACTERS = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Reads an XML 1.0 document by the rules of well-formedness: one root, matching tags, quoted attributes named once, known
 * entities, allowed characters alone. Knows no comments, CDATA or DTD. Throws Error.
 */
export function readXML(xml: string): Element {
  if (!CHARACTERS.test(xml)) throw new Error('a character that XML 1.0 does not have');
  const top: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  let rest = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  while (rest !== '') {
    const current = open.at(-1) ?? top;
    const [start, name = '', attributes = '', empty] = START.exec(rest) ?? [];
    const [end, closed] = END.exec(rest) ?? [];
    if (start !== undefined) {
      const element = { name, attributes: readAttributes(attributes), children: [], text: '' };
      current.children.push(element);
      if (empty === '') open.push(element);
    } else if (end !== undefined) {
      if (closed !== current.name) throw new Error(`</${closed}> closes <${current.name}>`);
      open.pop();
    } else if (rest.startsWith('<')) throw new Error(`no tag: ${rest.slice(0, 40)}`);
    const taken = start ?? end ?? /^[^<]+/.exec(rest)?.[0] ?? '';
    if (start === undefined && end === undefined) current.text += resolve(taken);
    rest = rest.slice(taken.length);
  }
  const [root, ...more] = top.children;
  if (open.length !== 1 || root === undefined || more.length > 0 || top.text.trim() !== '')
    throw new Error('not one root');
  return root;
}

function readAttributes(text: string): Record<string, string> {
  const pairs = [...text.matchAll(ATTRIBUTE)].map(([, name = '', value = '']) => [name, resolve(value)] as const);
  const attributes = Object.fromEntries(pairs);
  if (Object.keys(attributes).length !== pairs.length) throw new Error(`an attribute is named twice:${text}`);
  return attributes;
}

function resolve(text: string): string {
  return text.replace(/&([^;]*;)?/g, (entity, name = '') => {
    const character = ENTITIES[String(name).slice(0, -1)];
    if (character === undefined) throw new Error(`no entity: ${entity}`);
    return character;
  });
}
