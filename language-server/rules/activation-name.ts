/** An activation as people write it: `relu` → `ReLU`. */
export function activationName(activation: string): string {
  return names[activation] ?? activation;
}

const names: Readonly<Record<string, string>> = {
  relu: 'ReLU',
  leaky_relu: 'LeakyReLU',
  prelu: 'PReLU',
  relu6: 'ReLU6',
  squared_relu: 'squared ReLU',
  elu: 'ELU',
  celu: 'CELU',
  selu: 'SELU',
  gelu: 'GELU',
  gelu_tanh: 'GELU',
  silu: 'SiLU',
  mish: 'Mish',
  hardswish: 'Hardswish',
  linear: 'no activation',
};
