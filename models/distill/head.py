"""Linear maps fitted to the teacher in closed form: minutes of training for the price of reading texts."""
import numpy as np
import torch

from encoder import HIDDEN, Encoder, batches, pad, tokenise
from teacher import prefix, states_of


def ridge(x: torch.Tensor, y: torch.Tensor, now: torch.Tensor, lean: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Weight [in, out] and bias with x W + b close to y; `lean` pulls towards `now`."""
    a, b = x - x.mean(0), y - y.mean(0)
    penalty = lean * float(a.pow(2).sum() / HIDDEN) * torch.eye(HIDDEN)
    weight = now + torch.linalg.solve(a.T @ a + penalty, a.T @ (b - a @ now))
    return weight, y.mean(0) - x.mean(0) @ weight


@torch.no_grad()
def fit_bridges(model: Encoder, layers, teacher: Encoder, tokenizer, texts) -> None:
    """Each bridge, first to last: token states in front of it -> states that enter the teacher's layer behind it."""
    rows = tokenise(tokenizer, texts, limit=64)
    for at in sorted(map(int, model.bridges)):
        x, y = [], []
        for index, mask, _, own in states_of(teacher, rows, prefix(tokenizer), upto=layers[at]):
            kept = mask.bool()
            x.append(model.hidden(*pad(rows, index), upto=at)[kept])
            y.append(own[kept])
        x, y, bridge = torch.cat(x), torch.cat(y), model.bridges[str(at)]
        weight, bias = ridge(x, y, torch.zeros(HIDDEN, HIDDEN), .001)
        bridge.weight.copy_(weight.T)
        bridge.bias.copy_(bias)
        left = (x @ weight + bias - y).pow(2).sum() / (y - y.mean(0)).pow(2).sum()
        print(f"bridge {at} to teacher layer {layers[at]}: {1 - float(left):.3f} of the variance", flush=True)


@torch.no_grad()
def fit_head(model: Encoder, tokenizer, texts, targets: np.ndarray, length: float | None = None, lean: float = .02) -> None:
    """The last map: from the body's mean vectors to `targets` (in the student's space) times `length`, by default such that
    vectors keep their mean length."""
    head, model.head = model.head, None
    rows = tokenise(tokenizer, texts, limit=64)
    raw = torch.empty(len(rows), HIDDEN)
    for index in batches(rows, 4096):
        raw[index] = model(*pad(rows, index))
    model.head = head
    wanted = torch.from_numpy(targets)
    wanted *= length or head(raw).norm(dim=1).mean() / wanted.norm(dim=1).mean()
    weight, bias = ridge(raw, wanted, head.weight.T, lean)
    head.weight.copy_(weight.T)
    head.bias.copy_(bias)
