import torch
from torch import nn
import torch.nn.functional as F


# ### A head that is tied to a table of embeddings keeps its N(0, 1)
class Tied(nn.Module):
    def __init__(self, vocabulary=32000, width=512):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(width, 8, batch_first=True), 2)
        #                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint identical-copies: copies of one layer
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        #           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning large-initial-logits: The 32000 outputs of head start with standard deviation 22.6: as logits they put cross-entropy at 93.6 or more, while equal logits have ln 32000 = 10.4. Draw the shared table with std 1/√512 = 0.0442: nn.init.normal_(w, std=0.0442), or multiply
        #           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ fix: Draw the shared table with std = self.head.weight.shape[1] ** -0.5
        self.head.weight = self.embedding.weight

    def forward(self, tokens):
        return self.head(self.norm(self.encoder(self.embedding(tokens))))


# ### A head of its own that is drawn with deviation 1, as T5's once was
class Drawn(nn.Module):
    def __init__(self, vocabulary=32128, width=512):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.norm = nn.RMSNorm(width)
        self.lm_head = nn.Linear(width, vocabulary, bias=False)
        #              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning large-initial-logits: Draw its weights with std 1/√512 = 0.0442 or less: nn.init.normal_(w, std=0.0442).
        #              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ fix: Use std=self.lm_head.weight.shape[1] ** -0.5
        nn.init.normal_(self.lm_head.weight, std=1.0)

    def forward(self, tokens):
        return F.log_softmax(self.lm_head(self.norm(self.embedding(tokens))), dim=-1)


# ### A classifier whose weights were drawn too large
class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(784, 256), nn.BatchNorm1d(256))
        self.fc = nn.Linear(256, 100)
        #         ^^^^^^^^^^^^^^^^^^^ information large-initial-logits: standard deviation 4.8
        #         ^^^^^^^^^^^^^^^^^^^ fix: Use std=self.fc.weight.shape[1] ** -0.5
        nn.init.normal_(self.fc.weight, std=0.3)
        nn.init.zeros_(self.fc.bias)

    def forward(self, x):
        return self.fc(self.body(x))


# ### Silent: a tied head whose output is scaled down, as T5 does it
class Scaled(nn.Module):
    def __init__(self, vocabulary=32000, width=512):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        self.head.weight = self.embedding.weight
        self.width = width

    def forward(self, tokens):
        return self.head(self.norm(self.embedding(tokens)) * self.width**-0.5)


# ### Silent: GPT-2's deviation of 0.02
class Small(nn.Module):
    def __init__(self, vocabulary=50257, width=768):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        nn.init.normal_(self.embedding.weight, std=0.02)
        self.head.weight = self.embedding.weight

    def forward(self, tokens):
        return self.head(self.norm(self.embedding(tokens)))


# ### Silent: a prior in the bias is the same in every draw
class Prior(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(256)
        self.head = nn.Linear(256, 80)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.constant_(self.head.bias, -4.6)

    def forward(self, x):
        return self.head(self.norm(x))


# ### Silent: the head is small, and the stream has grown before it
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 64)
        nn.init.normal_(self.fc.weight, std=0.5)

    def forward(self, x):
        return x + self.fc(F.layer_norm(x, (64,)))


class Grown(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[Block() for _ in range(4)])
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        return self.head(self.body(x))


# ### Silent: few outputs are a regression more often than classes
class Regression(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(256)
        self.head = nn.Linear(256, 3)
        nn.init.normal_(self.head.weight, std=1.0)

    def forward(self, x):
        return self.head(self.norm(x))
