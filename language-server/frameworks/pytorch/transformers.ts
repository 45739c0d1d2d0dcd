/**
 * What models take from the `transformers` package, in Python: the settings, the call that initializes all modules when a model is
 * complete, and activations by name. Checked against version 4.44.
 */
export const transformersLibrary = `
import transformers


class PretrainedConfig:
    def __init__(self, **kwargs):
        self.return_dict = True
        self.use_return_dict = True
        self.output_hidden_states = False
        self.output_attentions = False
        self.torchscript = False
        self.tie_word_embeddings = True
        self.chunk_size_feed_forward = 0
        self.is_encoder_decoder = False
        self.is_decoder = False
        self.add_cross_attention = False
        self.pad_token_id = None
        self.bos_token_id = None
        self.eos_token_id = None
        self.problem_type = None
        self.num_labels = 2
        for name, value in kwargs.items():
            setattr(self, name, value)


class PreTrainedModel(Module):
    def __init__(self, config, *inputs, **kwargs):
        super().__init__()
        self.config = config

    def _init_weights(self, module):
        transformers.initialization(*module.parameters(recurse=False))

    def _initialize_weights(self, module):
        if not getattr(module, '_is_hf_initialized', False):
            self._init_weights(module)
            module._is_hf_initialized = True

    def init_weights(self):
        self.apply(self._initialize_weights)

    def post_init(self):
        self.init_weights()


class _Activations:
    def __getitem__(self, name):
        made = _activation_classes.get(name)
        return made() if made is not None else transformers.activations.ACT2CLS(name)


class _TanhGELU(GELU):
    def __init__(self):
        super().__init__(approximate='tanh')


_activation_classes = {
    'gelu': GELU, 'gelu_python': GELU, 'gelu_new': _TanhGELU, 'gelu_fast': _TanhGELU, 'gelu_pytorch_tanh': _TanhGELU,
    'leaky_relu': LeakyReLU, 'linear': Identity, 'mish': Mish, 'relu': ReLU, 'relu6': ReLU6, 'sigmoid': Sigmoid,
    'silu': SiLU, 'swish': SiLU, 'tanh': Tanh,
}
ACT2FN = _Activations()


def get_activation(name):
    return ACT2FN[name]
`;

export const transformersNames: readonly (readonly [local: string, name: string])[] = [
  ['PretrainedConfig', 'transformers.PretrainedConfig'],
  ['PreTrainedModel', 'transformers.PreTrainedModel'],
  ['ACT2FN', 'transformers.activations.ACT2FN'],
  ['get_activation', 'transformers.activations.get_activation'],
];
