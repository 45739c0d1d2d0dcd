"""How much longer default-initialized ReLU networks take to learn than He-initialized ones, by depth.

The severity steps of docs/rules/vanishing-gradient.md quote its output. Needs PyTorch; takes a few minutes on one core.
"""

import math

import torch
from torch import nn

torch.set_num_threads(1)
SAMPLES, FEATURES, CLASSES, WIDTH, STEPS = 4096, 64, 10, 128, 2000


def clusters():
    generator = torch.Generator().manual_seed(0)
    centres = torch.randn(CLASSES, FEATURES, generator=generator)
    y = torch.randint(0, CLASSES, (SAMPLES,), generator=generator)
    x = centres[y] + 1.5 * torch.randn(SAMPLES, FEATURES, generator=generator)
    return (x - x.mean(0)) / x.std(0), y


def he(layer):
    nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')
    nn.init.zeros_(layer.bias)


def steps_to_learn(depth, initialize, x, y):
    """Steps of SGD (learning rate 0.01, momentum 0.9, batches of 64) until 60 % are right; None: not within STEPS."""
    torch.manual_seed(1)
    sizes = [FEATURES] + [WIDTH] * (depth - 1)
    layers = [part for i, o in zip(sizes, sizes[1:]) for part in (nn.Linear(i, o), nn.ReLU())]
    model = nn.Sequential(*layers, nn.Linear(WIDTH, CLASSES))
    for module in model:
        if initialize and isinstance(module, nn.Linear):
            initialize(module)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    generator = torch.Generator().manual_seed(2)
    for step in range(1, STEPS + 1):
        batch = torch.randint(0, SAMPLES, (64,), generator=generator)
        loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 50 == 0:
            with torch.no_grad():
                if (model(x[:1024]).argmax(1) == y[:1024]).float().mean() > 0.6:
                    return step
    return None


if __name__ == '__main__':
    x, y = clusters()
    print('layers  N = (layers - 1) ln 6  default  He')
    for depth in (4, 6, 7, 8, 9, 10, 12):
        n = (depth - 1) * math.log(6)
        print(depth, f'{n:.1f}', steps_to_learn(depth, None, x, y), steps_to_learn(depth, he, x, y), flush=True)
