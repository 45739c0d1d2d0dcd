import { type NodeState, passes, stops, type Transfer, times } from './transfer.js';

/** Logits that a mask leaves fewer of. */
export const maskTransfer: Transfer<'mask'> = ({ causal }, [input]) => {
  if (!input) return stops('The tensor that is masked here could not be followed.');
  const { attention } = input;
  return { ...passedOn([input], input), attention: attention && { ...attention, causal: attention.causal || causal } };
};

export const masksLeftOut = 'Masks and position biases of attention are left out.';

/** Masks and position biases shift the logits of attention: small biases change little, and how much a mask hides is not known. */
export function withMask(
  inputs: readonly NodeState[],
  logits: NodeState,
  assume: (sentence: string) => void,
): Partial<NodeState> {
  assume(masksLeftOut);
  return passedOn(inputs, logits);
}

/** One input stands for the others. */
export function passedOn(inputs: readonly NodeState[], one: NodeState): Partial<NodeState> {
  const { signal, reason, attention, extent, channels } = one;
  return {
    signal,
    reason,
    attention,
    extent,
    channels,
    backward: inputs.map((input) => (input === one ? passes : times(0, 0))),
  };
}
