/** Something that is left to the operator, and the commands that do it, in their order. */
export interface LeftToDo {
  what: string;
  commands: string[];
}
