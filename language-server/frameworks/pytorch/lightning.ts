/**
 * What models take from `lightning`, in Python: a module that keeps the arguments of its constructor. Checked against version 2.4.
 */
export const lightningLibrary = `
class _Hyperparameters(dict):
    def __getattr__(self, name):
        return self[name]

    def __setattr__(self, name, value):
        self[name] = value


class LightningModule(Module):
    def save_hyperparameters(self, *names, ignore=None, frame=None, logger=True):
        given = __arguments_of__(self)
        ignored = [ignore] if isinstance(ignore, str) else list(ignore or [])
        wanted = [name for name in (names or given) if name not in ignored]
        self.hparams = _Hyperparameters({name: given[name] for name in wanted})

    def log(self, *values, **options):
        pass

    def log_dict(self, *values, **options):
        pass
`;

export const lightningNames: readonly (readonly [local: string, name: string])[] = [
  ['LightningModule', 'lightning.LightningModule'],
];
