"""Two layers with PyTorch's defaults: the theory has numbers for them, but no reason to worry.

What to look at: the hint says χ₁ = 0.167, as in `plain-deep-cnn.py`, and yet there is no warning. Signals that shrink by
six in one hidden layer are no problem; thirteen times in a row they are. What counts is the effect over the real depth.
"""

import torch
from torch import nn

model = nn.Sequential(
    nn.Flatten(),
    nn.Linear(784, 128),
    nn.ReLU(),
    nn.Linear(128, 10),
)

if __name__ == "__main__":
    print(model(torch.randn(2, 1, 28, 28)).shape)
