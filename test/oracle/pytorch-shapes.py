"""Shapes that PyTorch gives, written to test/golden/pytorch-shapes.json. Needs torch; run by hand: python3 test/oracle/pytorch-shapes.py

One case: the class below torch.nn or the method of a tensor, its arguments by name, the shape of the input, the shape of the output (a list of shapes
where the output is several tensors).
"""

import json
import pathlib

import torch
from torch import nn

MODULES = [
    ("Conv2d", dict(in_channels=3, out_channels=8, kernel_size=7, stride=2, padding=3), (2, 3, 33, 32)),
    ("Conv2d", dict(in_channels=3, out_channels=8, kernel_size=3, padding=1), (2, 3, 9, 10)),
    ("Conv2d", dict(in_channels=3, out_channels=8, kernel_size=3, padding="same", dilation=2), (2, 3, 9, 9)),
    ("Conv2d", dict(in_channels=3, out_channels=8, kernel_size=(1, 5), dilation=(1, 2)), (3, 9, 20)),
    ("Conv2d", dict(in_channels=8, out_channels=16, kernel_size=3, stride=2, groups=4), (1, 8, 10, 11)),
    ("Conv1d", dict(in_channels=4, out_channels=6, kernel_size=5, padding="valid"), (2, 4, 20)),
    ("Conv3d", dict(in_channels=1, out_channels=2, kernel_size=3, stride=(1, 2, 2)), (1, 1, 5, 9, 9)),
    ("ConvTranspose2d", dict(in_channels=8, out_channels=4, kernel_size=4, stride=2, padding=1), (2, 8, 7, 7)),
    ("ConvTranspose2d", dict(in_channels=8, out_channels=4, kernel_size=3, stride=2, padding=1, output_padding=1), (2, 8, 7, 5)),
    ("ConvTranspose1d", dict(in_channels=8, out_channels=4, kernel_size=3, dilation=2, groups=2), (2, 8, 7)),
    ("ConvTranspose3d", dict(in_channels=2, out_channels=4, kernel_size=2, stride=2), (1, 2, 3, 4, 5)),
    *[
        ("MaxPool2d", dict(kernel_size=k, stride=s, padding=p, ceil_mode=c), (1, 2, 8, 5))
        for k, s, p, c in [(3, 2, 0, True), (3, 2, 0, False), (2, 2, 1, True), (3, 3, 1, True), (3, None, 1, False)]
    ],
    ("MaxPool2d", dict(kernel_size=2, dilation=2), (1, 2, 8, 6)),
    ("MaxPool1d", dict(kernel_size=2, return_indices=True), (1, 2, 9)),
    ("AvgPool1d", dict(kernel_size=2), (1, 2, 9)),
    ("AvgPool2d", dict(kernel_size=3, stride=2, padding=1, ceil_mode=True), (1, 2, 9, 8)),
    ("AvgPool3d", dict(kernel_size=(1, 2, 2)), (1, 2, 3, 9, 8)),
    ("AdaptiveAvgPool2d", dict(output_size=(None, 7)), (1, 2, 9, 9)),
    ("AdaptiveAvgPool2d", dict(output_size=1), (1, 2, 9, 8)),
    ("AdaptiveMaxPool1d", dict(output_size=5), (1, 2, 9)),
    ("Flatten", dict(), (5, 8, 2, 2)),
    ("Flatten", dict(start_dim=0, end_dim=1), (2, 3, 4)),
    ("Flatten", dict(start_dim=-2), (2, 3, 4)),
    ("Unflatten", dict(dim=1, unflattened_size=(2, -1)), (5, 8)),
    ("PixelShuffle", dict(upscale_factor=2), (1, 8, 3, 4)),
    ("PixelUnshuffle", dict(downscale_factor=2), (1, 2, 6, 8)),
    ("Upsample", dict(scale_factor=2), (1, 8, 3, 4)),
    ("Upsample", dict(scale_factor=1.5), (1, 8, 3, 5)),
    ("Upsample", dict(size=(5, 7)), (1, 8, 3, 4)),
    ("UpsamplingNearest2d", dict(scale_factor=2), (1, 8, 3, 4)),
    ("ZeroPad2d", dict(padding=(1, 2, 3, 4)), (1, 1, 5, 5)),
    ("ConstantPad1d", dict(padding=(1, 2), value=3.0), (1, 1, 5)),
    ("ReflectionPad1d", dict(padding=2), (1, 1, 5)),
    ("ReplicationPad3d", dict(padding=1), (1, 1, 5, 4, 3)),
    ("Unfold", dict(kernel_size=(2, 3)), (2, 5, 3, 4)),
    ("Unfold", dict(kernel_size=2, stride=2, padding=1), (2, 5, 5, 4)),
    ("ChannelShuffle", dict(groups=2), (1, 4, 3, 3)),
    ("Linear", dict(in_features=4, out_features=6), (2, 3, 4)),
    ("Linear", dict(in_features=4, out_features=6), (4,)),
    ("LSTM", dict(input_size=8, hidden_size=16, bidirectional=True), (5, 2, 8)),
    ("LSTM", dict(input_size=8, hidden_size=16, proj_size=4), (5, 2, 8)),
    ("GRU", dict(input_size=8, hidden_size=16, num_layers=2, batch_first=True), (5, 2, 8)),
    ("GRUCell", dict(input_size=8, hidden_size=16), (2, 8)),
    ("BatchNorm1d", dict(num_features=8), (4, 8)),
    ("LayerNorm", dict(normalized_shape=8), (4, 8)),
    ("Softmax", dict(dim=1), (4, 8)),
    ("Dropout", dict(), (4, 8)),
]

METHODS = [
    ("view", (2, -1), (2, 3, 4)),
    ("view", (-1, 4), (2, 3, 4)),
    ("reshape", ((2, 2, 3, 2),), (2, 3, 4)),
    ("permute", (2, 0, 3, 1), (1, 2, 3, 4)),
    ("permute", ((0, -1, 1),), (1, 2, 3)),
    ("transpose", (1, -1), (1, 2, 3)),
    ("t", (), (2, 3)),
    ("squeeze", (), (1, 2, 1)),
    ("squeeze", (1,), (1, 2, 1)),
    ("unsqueeze", (-1,), (2, 3)),
    ("unsqueeze", (0,), (2, 3)),
    ("expand", (4, -1, 3), (1, 2, 3)),
    ("expand", (4, 2, -1), (2, 3)),
    ("repeat", (2, 1, 3), (2, 3)),
    ("chunk", (3, -1), (2, 9)),
    ("chunk", (4, 1), (2, 9)),
    ("chunk", (2,), (5, 2)),
    ("split", (4, 1), (2, 10)),
    ("split", ([1, 9], 1), (2, 10)),
    ("tensor_split", ((1,), 1), (2, 9, 4)),
    ("tensor_split", ((2, 5), -1), (2, 9)),
    ("tensor_split", (4, 1), (2, 9)),
    ("unbind", (), (3, 4, 5)),
    ("unbind", (-1,), (3, 2)),
    ("mean", ([-2, -1],), (2, 3, 4, 5)),
    ("mean", (1, True), (2, 3, 4)),
    ("mean", (), (2, 3)),
    ("amax", (-1,), (2, 3, 4)),
    ("max", (1,), (2, 3, 4)),
    ("flatten", (1,), (2, 3, 4)),
    ("flatten", (), (2, 3, 4)),
    ("unflatten", (1, (3, -1)), (2, 12)),
    ("select", (1, 0), (2, 3, 4)),
    ("narrow", (1, 0, 2), (2, 3, 4)),
    ("matmul", (torch.zeros(4, 5),), (2, 3, 4)),
    ("roll", (1,), (2, 3)),
]


def shape_of(output):
    if isinstance(output, torch.Tensor):
        return list(output.shape)
    return [shape_of(part) for part in output]


def main():
    cases = []
    for name, arguments, size in MODULES:
        output = getattr(nn, name)(**arguments)(torch.zeros(size))
        if name in ("LSTM", "GRU"):
            output = output[0]
        cases.append({"module": name, "arguments": arguments, "input": list(size), "output": shape_of(output)})
    for name, arguments, size in METHODS:
        output = getattr(torch.zeros(size), name)(*arguments)
        given = [shape_of(a) if isinstance(a, torch.Tensor) else a for a in arguments]
        cases.append({"method": name, "arguments": given, "input": list(size), "output": shape_of(output)})
    target = pathlib.Path(__file__).parent.parent / "golden" / "pytorch-shapes.json"
    target.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
    print(f"torch {torch.__version__}: {len(cases)} cases")


main()
