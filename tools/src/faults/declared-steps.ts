import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { OPERATION_KINDS, type OperationKind } from '@nephos/model/operation-kind';
import ts from 'typescript';
import { ROOT } from '../terminal.ts';

/** A place in a story where a process may die: as the operation is accepted, begins or ends, or as a step is entered (and so the one before it left). */
export interface Boundary {
  kind: OperationKind;
  /** The step's name as its row has it, or one of the three in brackets. */
  step: string;
  /** Steps of an undo are reached by an operation that is cancelled. */
  isUndo: boolean;
}

export const ACCEPTED = '(accepted)';
export const BEGINS = '(begins)';
export const ENDS = '(ends)';
/** The name that every story's first undo has. */
export const GIVES_BACK = 'give back what was claimed';

interface DeclaredStep {
  step: string;
  hasUndo: boolean;
  /** One of `finishForward`: no cancel stops it any more. */
  isForward: boolean;
}

/** Every boundary of every kind of operation, in the order of the stories, read from the stories themselves. */
export function declaredBoundaries(): Boundary[] {
  const functions = readFunctions();
  return Object.entries(OPERATION_KINDS).flatMap(([kind, { workflow }]) => boundariesOf(kindOf(kind), stepsOf(workflow, functions)));
}

/** The last step of a kind that a cancel still stops, if it has one: there an operation is cancelled to see all its undos. */
export function lastCancellableStep(kind: OperationKind): string | undefined {
  return stepsOf(OPERATION_KINDS[kind].workflow, readFunctions()).findLast(({ isForward }) => !isForward)?.step;
}

function boundariesOf(kind: OperationKind, steps: readonly DeclaredStep[]): Boundary[] {
  const undos = steps.filter(({ hasUndo }) => hasUndo).map(({ step }) => `undo: ${step}`);
  const isNeverUndone = steps.length > 0 && !steps.some(({ isForward }) => !isForward);
  return [
    ...[ACCEPTED, BEGINS, ...steps.map(({ step }) => step), ENDS].map((step) => ({ kind, step, isUndo: false })),
    ...(isNeverUndone ? [] : [...undos.toReversed(), GIVES_BACK].map((step) => ({ kind, step, isUndo: true }))),
  ];
}

/** What a function of a story does, in the order of its source: steps, and calls of others by their names. */
type StoryFunction = (DeclaredStep | string)[];

/** The steps of a workflow and of what it calls; one that two branches have counts once. */
function stepsOf(name: string, functions: ReadonlyMap<string, StoryFunction>): DeclaredStep[] {
  const steps = (functions.get(name) ?? []).flatMap((item) => (typeof item === 'string' ? stepsOf(item, functions) : [item]));
  return [...new Map(steps.map((one) => [one.step, one])).values()];
}

function readFunctions(): Map<string, StoryFunction> {
  const folder = path.join(ROOT, 'workflows/src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /^[a-z]+\/[a-z-]+(\.workflow)?\.ts$/.test(file));
  const functions = new Map<string, StoryFunction>();
  for (const file of files) {
    if (file.startsWith('lib/') || file.startsWith('tooling/')) continue;
    const source = ts.createSourceFile(file, readFileSync(path.join(folder, file), 'utf8'), ts.ScriptTarget.Latest, true);
    for (const statement of source.statements)
      if (ts.isFunctionDeclaration(statement) && statement.name) functions.set(statement.name.text, readFunction(statement));
  }
  return functions;
}

function readFunction(declaration: ts.FunctionDeclaration): StoryFunction {
  const story: StoryFunction = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const [name, , undo] = node.arguments;
      const called = node.expression.getText();
      if ((called === 'step' || called === 'story.step') && name && ts.isStringLiteral(name))
        story.push({ step: name.text, hasUndo: undo !== undefined, isForward: called === 'step' });
      else if (called !== declaration.name?.text) story.push(called);
    }
    ts.forEachChild(node, visit);
  };
  visit(declaration);
  return story;
}

function kindOf(text: string): OperationKind {
  const kind = Object.keys(OPERATION_KINDS).find((one): one is OperationKind => one === text);
  if (!kind) throw new Error(`There is no kind of operation called ${text}`);
  return kind;
}
