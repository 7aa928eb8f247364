"""Teacher and student in torch, tokenisation, length-sorted batches."""
import os

os.environ.pop("OPENBLAS_CORETYPE", None)
os.environ.pop("OPENBLAS_L2_SIZE", None)
import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import nn

from paths import TEACHER_WEIGHTS

HIDDEN, HEADS, FEED, EPS = 384, 12, 1536, 1e-12
MAX_TOKENS = 256
# The last map is small and everything passes through it: it is rounded more finely.
HEAD_STEP = .1
torch.set_num_threads(int(os.environ.get("PREDILECT_THREADS", "2")))


def fake_quantise(weight: torch.Tensor, step: float) -> torch.Tensor:
    """Rows rounded to multiples of `step` times the row's root mean square; gradients pass straight through."""
    if step == 0:
        return weight
    with torch.no_grad():
        scale = weight.pow(2).mean(1, keepdim=True).sqrt() * step + 1e-12
        rounded = torch.clamp(torch.round(weight / scale), -127, 127) * scale
    return weight + (rounded - weight).detach()


class Linear(nn.Linear):
    """`step` above zero trains against the rounding that the export does."""

    step = 0.0

    def forward(self, x):
        return F.linear(x, fake_quantise(self.weight, self.step), self.bias)


class Layer(nn.Module):
    """Post-layer-norm transformer layer, as in BERT."""

    def __init__(self):
        super().__init__()
        self.q, self.k, self.v, self.o = (Linear(HIDDEN, HIDDEN) for _ in range(4))
        self.norm1, self.norm2 = nn.LayerNorm(HIDDEN, EPS), nn.LayerNorm(HIDDEN, EPS)
        self.up, self.down = Linear(HIDDEN, FEED), Linear(FEED, HIDDEN)

    def forward(self, x, mask):
        b, n, _ = x.shape
        q, k, v = (f(x).view(b, n, HEADS, HIDDEN // HEADS).transpose(1, 2) for f in (self.q, self.k, self.v))
        a = F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).reshape(b, n, HIDDEN)
        x = self.norm1(x + self.o(a))
        return self.norm2(x + self.down(F.gelu(self.up(x))))


class Encoder(nn.Module):
    """Token ids and mask -> mean-pooled vectors, not yet of unit length.

    The student has a last linear map (`head`): it rotates the space so that leading dimensions carry most, which
    makes the first 256 a good shorter vector. A `bridge` is a linear map in front of a layer that stands in for the
    teacher layers left out there. The teacher has neither.
    """

    def __init__(self, vocabulary: int, layers: int, positions: int = MAX_TOKENS, head: bool = True, bridges=()):
        super().__init__()
        self.words = nn.Embedding(vocabulary, HIDDEN)
        self.positions = nn.Parameter(torch.zeros(positions, HIDDEN))
        self.norm = nn.LayerNorm(HIDDEN, EPS)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.bridges = nn.ModuleDict({str(at): Linear(HIDDEN, HIDDEN) for at in bridges})
        self.head = Linear(HIDDEN, HIDDEN) if head else None
        self.step = 0.0

    @classmethod
    def of(cls, state: dict) -> "Encoder":
        """The encoder that a state dict describes, with its weights."""
        count = lambda name: {int(k.split(".")[1]) for k in state if k.startswith(name + ".")}
        model = cls(len(state["words.weight"]), len(count("layers")), len(state["positions"]), "head.weight" in state, sorted(count("bridges")))
        model.load_state_dict(state)
        return model

    def quantised(self, step: float, words_step: float | None = None) -> "Encoder":
        """Train against rounding with this step (0 switches it off)."""
        self.step = step if words_step is None else words_step
        for module in self.modules():
            if isinstance(module, Linear):
                module.step = min(step, HEAD_STEP) if module is self.head else step
        return self

    def hidden(self, ids, mask, upto: int | None = None):
        """States of all tokens, f32 [texts, tokens, 384]; with `upto`, those that enter this layer's bridge."""
        x = self.words(ids)
        if self.step:
            flat = x.view(-1, HIDDEN)
            x = fake_quantise(flat, self.step).view_as(x)
        x = self.norm(x + self.positions[: ids.shape[1]])
        bias = None if bool(mask.all()) else ((mask - 1) * 1e4)[:, None, None, :]
        for at, layer in enumerate(self.layers):
            if at == upto:
                return x
            if str(at) in self.bridges:
                x = self.bridges[str(at)](x)
            x = layer(x, bias)
        return x if self.head is None else self.head(x)

    def forward(self, ids, mask):
        return mean(self.hidden(ids, mask), mask)


def mean(states, mask):
    weight = mask[..., None]
    return (states * weight).sum(1) / weight.sum(1)


def from_teacher(layers=range(12), keep=None, head=False, positions=512, skip=0) -> Encoder:
    """The teacher's weights: all of it, or chosen layers and vocabulary rows as a student's start. `skip` leaves out the
    positions of that many tokens behind the first: those of a prefix that the student is not shown. Where layers are
    left out there is a bridge."""
    layers = list(layers)
    source = np.load(TEACHER_WEIGHTS)
    tensor = lambda name: torch.from_numpy(source[name].astype(np.float32))
    words = source["emb.word"] if keep is None else source["emb.word"][keep]
    bridges = [i for i in range(1, len(layers)) if layers[i] != layers[i - 1] + 1]
    model = Encoder(len(words), len(layers), positions, head, bridges)
    with torch.no_grad():
        model.words.weight.copy_(torch.from_numpy(words.astype(np.float32)))
        places = tensor("emb.pos") + tensor("emb.type").reshape(-1)[:HIDDEN]
        model.positions[0] = places[0]
        model.positions[1:] = places[1 + skip: positions + skip]
        model.norm.weight.copy_(tensor("emb.ln.w"))
        model.norm.bias.copy_(tensor("emb.ln.b"))
        for index, layer in zip(layers, model.layers):
            for part, name in (("q", "q"), ("k", "k"), ("v", "v"), ("o", "ao"), ("up", "fi"), ("down", "fo"),
                               ("norm1", "aln"), ("norm2", "oln")):
                getattr(layer, part).weight.copy_(tensor(f"l{index}.{name}.w"))
                getattr(layer, part).bias.copy_(tensor(f"l{index}.{name}.b"))
        if head:
            model.head.weight.copy_(torch.eye(HIDDEN))
            model.head.bias.zero_()
    return model


def tokenise(tokenizer: Tokenizer, texts, prefix: str = "", limit: int = MAX_TOKENS) -> list[list[int]]:
    """Ids with both end markers; a longer text keeps its first tokens and the closing marker."""
    rows = []
    for at in range(0, len(texts), 8192):
        for encoding in tokenizer.encode_batch_fast([prefix + t for t in texts[at:at + 8192]]):
            ids = encoding.ids
            rows.append(ids if len(ids) <= limit else ids[: limit - 1] + [2])
    return rows


def batches(rows, tokens: int, order=None):
    """Index arrays of about `tokens` tokens each, in the order given (longest first when none is)."""
    lengths = np.array([len(r) for r in rows])
    order = np.argsort(-lengths, kind="stable") if order is None else order
    out, start = [], 0
    while start < len(order):
        longest, end = 0, start
        while end < len(order):
            longest = max(longest, lengths[order[end]])
            if end > start and longest * (end - start + 1) > tokens:
                break
            end += 1
        out.append(order[start:end])
        start = end
    return out


def pad(rows, index):
    longest = max(len(rows[i]) for i in index)
    ids, mask = np.ones((len(index), longest), np.int64), np.zeros((len(index), longest), np.float32)
    for r, i in enumerate(index):
        ids[r, : len(rows[i])] = rows[i]
        mask[r, : len(rows[i])] = 1
    return torch.from_numpy(ids), torch.from_numpy(mask)


@torch.no_grad()
def embed(model: Encoder, rows, tokens: int = 4096) -> np.ndarray:
    """Unit vectors, f32 [texts, 384]."""
    model.eval()
    out = np.empty((len(rows), HIDDEN), np.float32)
    for index in batches(rows, tokens):
        out[index] = F.normalize(model(*pad(rows, index)), dim=-1).numpy()
    model.train()
    return out
