import type { EvaluateOptions, Evaluation } from '../evaluator/evaluate.js';
import { keep } from '../evaluator/kept.js';
import type { Network } from '../network/graph.js';
import { type PropagateOptions, type Propagation, propagate } from '../propagation/propagate.js';
import type { SyntaxTree } from '../source/syntax-tree.js';
import type { Reads } from './reads.js';

/** What the analysis of a document leaves for that of its next text: most edits change nothing that its models depend on. */
export class Memory {
  /** How often an evaluation held for a later text. */
  reused = 0;
  private evaluation: Evaluation | null = null;
  private options = '';
  private propagations = new Map<Network, { readonly options: string; readonly propagation: Propagation }>();
  /** What the evaluation read of other files. */
  private present: Reads | null = null;

  get reads(): Reads | null {
    return this.present;
  }

  /** The evaluation of a text: that of the text before where it holds, else a new one, which tells `reads` what it reads. */
  evaluate(
    tree: SyntaxTree,
    options: Pick<EvaluateOptions, 'file' | 'inputShape' | 'mode'>,
    reads: Reads | null,
    evaluate: () => Evaluation,
  ): Evaluation {
    const key = JSON.stringify(options);
    const before = this.options === key ? this.evaluation : null;
    this.options = key;
    const kept = before && this.present?.hold() !== false ? keep(before, tree, options.file) : null;
    const known = this.propagations;
    this.propagations = new Map();
    this.evaluation = kept?.evaluation ?? evaluate();
    if (!kept) this.present = reads;
    else {
      this.reused++;
      for (const [i, network] of kept.evaluation.networks.entries()) {
        const earlier = known.get(before!.networks[i]!);
        const propagation = earlier && kept.along(earlier.propagation);
        if (propagation) this.propagations.set(network, { options: earlier.options, propagation });
      }
    }
    return this.evaluation;
  }

  propagate(network: Network, options: PropagateOptions): Propagation {
    const key = JSON.stringify(options);
    const known = this.propagations.get(network);
    if (known?.options === key) return known.propagation;
    const propagation = propagate(network, options);
    this.propagations.set(network, { options: key, propagation });
    return propagation;
  }

  forget(): void {
    this.evaluation = null;
    this.propagations.clear();
    this.present = null;
  }
}
