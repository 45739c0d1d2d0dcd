import torch
from torch import nn
import torch.nn.functional as F


# ### Cut by chunk, for attention as a function
class Chunk(nn.Module):
    def __init__(self, dim=64):
        super().__init__()
        self.qkv = nn.Linear(dim, 3 * dim)
        #          ^^^^^^^^^^^^^^^^^^^^^^^ hint fan-out-of-packed-projection: xavier_uniform_ (line 14) counts query, key and value of qkv together in the fan-out: their variance is half that of three layers of their own (σ_w² = 0.5 instead of 1). A gain of √2 (gain=2 ** 0.5) restores it.
        #          ^^^^^^^^^^^^^^^^^^^^^^^ fix: Use gain=2 ** 0.5
        self.proj = nn.Linear(dim, dim)
        nn.init.xavier_uniform_(self.qkv.weight)

    def forward(self, x):
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        return self.proj(F.scaled_dot_product_attention(q, k, v))


# ### Cut by reshape and index, for attention that is written out
class Written(nn.Module):
    def __init__(self, dim=64, heads=4):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, dim * 3)
        #          ^^^^^^^^^^^^^^^^^^^^^^^ hint fan-out-of-packed-projection: of qkv together
        #          ^^^^^^^^^^^^^^^^^^^^^^^ no fix
        self.proj = nn.Linear(dim, dim)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)

    def forward(self, x):
        B, N, C = x.shape
        qkv = self.qkv(x).reshape(B, N, 3, self.heads, C // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        attention = ((q @ k.transpose(-2, -1)) * (C // self.heads) ** -0.5).softmax(dim=-1)
        return self.proj((attention @ v).transpose(1, 2).reshape(B, N, C))


# ### Cut by split, as GPT-2 does
class Split(nn.Module):
    def __init__(self, dim=64):
        super().__init__()
        self.c_attn = nn.Linear(dim, 3 * dim)
        #             ^^^^^^^^^^^^^^^^^^^^^^^ hint fan-out-of-packed-projection: of c_attn together
        #             ^^^^^^^^^^^^^^^^^^^^^^^ fix: Use gain=2 ** 0.5
        nn.init.xavier_normal_(self.c_attn.weight)

    def forward(self, x):
        B, T, C = x.size()
        q, k, v = self.c_attn(x).split(C, dim=2)
        q = q.view(B, T, 4, C // 4).transpose(1, 2)
        k = k.view(B, T, 4, C // 4).transpose(1, 2)
        v = v.view(B, T, 4, C // 4).transpose(1, 2)
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)


# ### Silent: a layer that is three times as wide and does not attend
class Wide(nn.Module):
    def __init__(self, dim=64):
        super().__init__()
        self.up = nn.Linear(dim, 3 * dim)
        self.down = nn.Linear(3 * dim, dim)
        nn.init.xavier_uniform_(self.up.weight)
        nn.init.xavier_uniform_(self.down.weight)

    def forward(self, x):
        return self.down(torch.tanh(self.up(x)))


# ### Silent: three gates, and a product of features with themselves
class Gates(nn.Module):
    def __init__(self, dim=64):
        super().__init__()
        self.gates = nn.Linear(dim, 3 * dim)
        self.gram = nn.Linear(dim, 3 * dim)
        nn.init.xavier_uniform_(self.gates.weight)
        nn.init.xavier_uniform_(self.gram.weight)

    def forward(self, x):
        a, b, c = self.gates(x).chunk(3, dim=-1)
        features = self.gram(x)
        return torch.sigmoid(a) * torch.tanh(b) + c, features @ features.transpose(-2, -1)


# ### Silent: a gain of √2, the framework's default, and its own attention
class Restored(nn.Module):
    def __init__(self, dim=64):
        super().__init__()
        self.first = nn.Linear(dim, 3 * dim)
        self.second = nn.Linear(dim, 3 * dim)
        self.attention = nn.MultiheadAttention(dim, 4, batch_first=True)
        nn.init.xavier_uniform_(self.first.weight, gain=2**0.5)

    def forward(self, x):
        x = F.scaled_dot_product_attention(*self.first(x).chunk(3, dim=-1))
        x = F.scaled_dot_product_attention(*self.second(x).chunk(3, dim=-1))
        return self.attention(x, x, x)[0]
