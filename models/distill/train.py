"""Step 4: distil the student; step 5, with --step and --decay, is the quantisation-aware finish.

    python train.py --run main --minutes 600                       # resumes WORK/runs/main when it exists
    python train.py --run finish --from main --minutes 30 --decay --step .4 --words-step .45
    python train.py --run more --init ../predilect-encoder-small/model.onnx --minutes 600

Loss, against the teacher's unit vector t (evened out, see below) with the student's s:
- 1 - cos(s, t), on all 384 dimensions and on the first 256 and 128 of both;
- the squared difference to the teacher's state of every token, as a share of the states' variance: a text says as many
  things as it has tokens;
- the difference between the batch's similarity matrices (s s' and t t');
- which of the batch's and 512 other texts are near, by the divergence of two softmaxes.
The target of a text that has a translation is the mean of both teacher vectors, so the two languages meet.
The teacher's vectors are evened out first (space.py), and their leading dimensions carry most.
One text in eight is shown to the student altered (case, a typo, traditional characters), its target left as it was.
"""
import argparse
import json
import os
import random
import shutil
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

import onnx_file
from alter import Alterer
from encoder import HIDDEN, Encoder, batches, embed, from_teacher, mean, pad, tokenise
from head import fit_bridges, fit_head
from paths import CORPUS, DEV_PAIRS, DEV_TEXTS, KEEP, PAIRS, RUNS, SPACE, TEACHER_SHARDS, TOKENIZER
from space import POWER, Space
from teacher import SHARD, prefix

BLEND = {"tatoeba": .5, "debian-pair": .5, "appstream": .4, "cedict": .35, "osm": .35, "emoji": .35}


class Corpus:
    """Texts whose teacher vectors exist; `refresh` takes in shards that were written since."""

    def __init__(self, tokenizer):
        rows = [line.rstrip("\n").split("\t") for line in open(CORPUS, encoding="utf8")]
        self.texts, self.zh = [r[2] for r in rows], np.array([r[1] == "zh" for r in rows])
        self.lengths = np.array([len(r) for r in tokenise(tokenizer, self.texts)])
        self.states = []
        self.links = [(int(a), int(b), s) for a, b, s in (l.split() for l in open(PAIRS, encoding="utf8"))]
        self.shards, self.own, self.targets = 0, np.empty((0, HIDDEN), np.float32), None
        self.refresh()

    def refresh(self) -> bool:
        found = []
        while (path := TEACHER_SHARDS / f"{self.shards:03}.npy").exists():
            found.append(np.load(path).astype(np.float32))
            self.states.append(np.load(path.with_suffix(".states.npy"), mmap_mode="r"))
            self.shards += 1
        if not found:
            return False
        self.own = np.concatenate([self.own, *found])
        self.targets = self.own.copy()
        other, weight = np.zeros_like(self.own), np.zeros(len(self.own), np.float32)
        for a, b, source in self.links:
            if a < len(self.own) and b < len(self.own):
                for x, y in ((a, b), (b, a)):
                    other[x] += self.own[y]
                    weight[x] = max(weight[x], BLEND[source])
        linked = weight > 0
        other[linked] /= np.linalg.norm(other[linked], axis=1, keepdims=True)
        mixed = self.own[linked] * (1 - weight[linked, None]) + other[linked] * weight[linked, None]
        self.targets[linked] = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
        starts = [np.cumsum(self.lengths[at:at + SHARD]) - self.lengths[at:at + SHARD] for at in range(0, len(self.own), SHARD)]
        self.starts = np.concatenate(starts)
        return True

    def tokens(self, index) -> torch.Tensor:
        """The teacher's token states of these texts, f32 [texts, longest, 384], zeros behind the end."""
        out = np.zeros((len(index), self.lengths[index].max(), HIDDEN), np.float32)
        for row, i in zip(out, index):
            row[: self.lengths[i]] = self.states[i // SHARD][self.starts[i]:self.starts[i] + self.lengths[i]]
        return torch.from_numpy(out)

    def space(self, power: float = POWER) -> Space:
        return Space.of(self.targets, self.zh[: len(self.targets)], power)

    def length(self) -> float:
        """Mean length of what the teacher's last layer puts out, before it is made unit length."""
        return float(np.mean([np.linalg.norm(self.tokens([i]).mean(1)) for i in range(300)]))


class Dev:
    """Held-out agreement with the teacher and held-out translation retrieval: the sets that choose checkpoints."""

    def __init__(self, tokenizer):
        texts = [line.rstrip("\n").split("\t")[2] for line in open(DEV_TEXTS, encoding="utf8")][:600]
        self.rows = tokenise(tokenizer, texts)
        self.teacher = np.load(TEACHER_SHARDS / "dev.npy").astype(np.float32)[:600]
        pairs = [line.rstrip("\n").split("\t") for line in open(DEV_PAIRS, encoding="utf8")]
        self.pairs = {s: [tokenise(tokenizer, [p[i] for p in pairs if p[0] == s][:500]) for i in (1, 2)] for s in ("tatoeba", "cedict")}

    def scores(self, model, space: Space) -> dict:
        s, t = embed(model, self.rows), space.unit(self.teacher)
        upper = np.triu_indices(len(s), 1)
        near = lambda v, k=10: np.argsort(-(v @ v.T - 2 * np.eye(len(v))), 1)[:, :k]
        overlap = lambda a, b: float(np.mean([len(set(x) & set(y)) / 10 for x, y in zip(near(a), near(b))]))
        alike = lambda i, js: float(np.corrcoef(s[js] @ s[i], t[js] @ t[i])[0, 1])
        unit = lambda v: v / np.linalg.norm(v, axis=1, keepdims=True)
        out = {
            "cosine": float((s * t).sum(1).mean()),
            "similarity_correlation": float(np.corrcoef((s @ s.T)[upper], (t @ t.T)[upper])[0, 1]),
            "near_correlation": float(np.mean([alike(i, js) for i, js in enumerate(near(t, 50))])),
            "top10": overlap(s, t), "top10_256": overlap(unit(s[:, :256]), t),
        }
        for source, (en, zh) in self.pairs.items():
            if en:
                similar = embed(model, en) @ embed(model, zh).T
                right = np.arange(len(similar))
                out[f"{source}_en_zh"] = float((similar.argmax(1) == right).mean())
                out[f"{source}_zh_en"] = float((similar.argmax(0) == right).mean())
        return {k: round(v, 4) for k, v in out.items()}


def neighbourhoods(vectors, rng, count: int = 24) -> np.ndarray:
    """Of each text, which of `count` random texts it is nearest to. Batches from one neighbourhood teach fine
    differences, which texts drawn from everywhere hardly show."""
    spread = vectors - vectors.mean(0)
    spread /= np.linalg.norm(spread, axis=1, keepdims=True)
    return (spread @ spread[rng.choice(len(spread), count, replace=False)].T).argmax(1)


def loss(s, t, others, spread: float, parts: dict) -> torch.Tensor:
    """`s` raw student vectors, `t` their unit teacher vectors, `others` teacher vectors of texts that are not in the
    batch; `spread` is the deviation of the cosines of unlike texts."""
    unit = F.normalize(s, dim=-1)
    point = (1 - (unit * t).sum(-1)).mean()
    shorter = sum((1 - F.cosine_similarity(s[:, :d], t[:, :d])).mean() for d in (256, 128))
    same = t @ t.T
    off = ~torch.eye(len(s), dtype=torch.bool)
    structure = ((unit @ unit.T - same)[off] ** 2).mean() / spread ** 2
    # Which of the other texts are near: how far both softmaxes differ, without the text itself.
    choices, own = torch.cat([t, others]), torch.eye(len(s), len(s) + len(others), dtype=torch.bool)
    found, wanted = ((v @ choices.T / (1.6 * spread)).masked_fill(own, -1e4) for v in (unit, t))
    wanted = wanted.softmax(-1)
    near = (wanted * (wanted.clamp_min(1e-9).log() - found.log_softmax(-1))).sum(-1).mean()
    parts.update(point=float(point.detach()), structure=float(structure.detach()), near=float(near.detach()))
    return point + .25 * shorter + .1 * structure + .1 * near


def save(folder: Path, state: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(state, folder / "last.part")
    (folder / "last.part").rename(folder / "last.pt")
    if backup := os.environ.get("PREDILECT_BACKUP"):
        (Path(backup) / folder.name).mkdir(parents=True, exist_ok=True)
        for name in ("last.pt", "curve.jsonl"):
            if (folder / name).exists():
                shutil.copy(folder / name, Path(backup) / folder.name / name)


def start(layers, corpus, tokenizer):
    """A fresh student: chosen teacher layers, pruned vocabulary, and linear maps fitted to the teacher's states."""
    space, keep = corpus.space(), np.load(KEEP)
    model = from_teacher(layers, keep, head=True, positions=256, skip=len(prefix(tokenizer)))
    fit_bridges(model, layers, from_teacher(keep=keep), tokenizer, corpus.texts[:3000])
    with torch.no_grad():
        model.head.weight.copy_(torch.from_numpy(space.matrix).T)
        model.head.bias.copy_(torch.from_numpy(-space.offset * corpus.length()))
    count = min(6000, len(corpus.targets))
    fit_head(model, tokenizer, corpus.texts[:count], space.lead(corpus.targets[:count]), corpus.length())
    return model, space


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--run", required=True, help="name of the run, a folder under WORK/runs")
    p.add_argument("--from", dest="source", help="start from the averaged weights of another run")
    p.add_argument("--init", type=Path, help="start from an exported model.onnx")
    p.add_argument("--space", nargs="?", type=float, const=POWER, metavar="POWER", help="fit the space anew to this corpus, for another domain; POWER: 0 leaves directions as they are, .5 whitens (%(const)s)")
    p.add_argument("--layers", type=lambda v: [int(x) for x in v.split(",")], default=[0, 1, 2, 3, 10, 11],
                   help="teacher layers that the student starts from, 0 to 11")
    p.add_argument("--minutes", type=float, default=60)
    p.add_argument("--lr", type=float, default=5e-4)
    p.add_argument("--tokens", type=int, default=1280, help="tokens a batch")
    p.add_argument("--decay", action="store_true", help="let the learning rate fall to 0 by the end of --minutes")
    p.add_argument("--step", type=float, default=0, help="round linear weights to this share of a row's rms")
    p.add_argument("--words-step", type=float, default=0, help="the same for word vectors")
    p.add_argument("--bf16", action="store_true", help="multiply in bfloat16: about twice as fast where the processor has it (AVX-512 BF16, AMX)")
    p.add_argument("--token-weight", type=float, default=1, help="share of the loss over token states")
    p.add_argument("--near", type=float, default=.5, help="share of the rounds whose batches are each from one neighbourhood")
    p.add_argument("--every", type=float, default=300, help="seconds between dev scores and checkpoints")
    p.add_argument("--seed", type=int, default=0)
    o = p.parse_args()
    torch.manual_seed(o.seed)
    rng, chance = np.random.default_rng(o.seed + int(time.time())), random.Random(o.seed)

    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    corpus, folder = Corpus(tokenizer), RUNS / o.run
    dev, alter = Dev(tokenizer), Alterer(chance)
    lengths = corpus.lengths
    state = torch.load(folder / "last.pt", weights_only=False) if (folder / "last.pt").exists() else None
    if state is None and o.source:
        state = torch.load(RUNS / o.source / "last.pt", weights_only=False)
        state = {"model": state["average"], "space": state["space"]}
    if state is not None:
        model, space = Encoder.of(state["model"]), state["space"]
    elif o.init:
        model, space = onnx_file.read(o.init), Space.load(SPACE)
    else:
        model, space = start(o.layers, corpus, tokenizer)
    length = corpus.length()
    if o.space is not None and "optimiser" not in (state or {}):
        old, space = space, corpus.space(o.space)
        old.onward(model.head, space, length)
    model.quantised(o.step, o.words_step)
    wide = [w for n, w in model.named_parameters() if w.ndim > 1]
    narrow = [w for n, w in model.named_parameters() if w.ndim == 1]
    optimiser = torch.optim.AdamW(
        [{"params": wide, "weight_decay": .01}, {"params": narrow, "weight_decay": 0}], lr=o.lr, betas=(.9, .98), fused=True)
    average = {k: v.clone() for k, v in model.state_dict().items()}
    seen = step = 0
    if state is not None and "optimiser" in state:
        optimiser.load_state_dict(state["optimiser"])
        average, seen, step = state["average"], state["seen"], state["step"]

    targets = None
    frozen = Encoder.of(model.state_dict()).quantised(o.step, o.words_step)
    sample = corpus.tokens(np.arange(200))
    sample = space.lead(sample[sample.abs().sum(-1) > 0], length)
    variance = float((sample - sample.mean(0)).pow(2).sum(-1).mean())
    began, warm, marks, first = time.time(), step, [], True
    due = began + o.every
    while True:
        if corpus.refresh() or targets is None:
            led = space.unit(corpus.targets)
            targets, some = torch.from_numpy(led), led[rng.choice(len(led), 2000)]
            spread = float((some @ some.T)[np.triu_indices(len(some), 1)].std())
        pool = rng.permutation(len(targets))[: 8192]
        place = neighbourhoods(led[pool], rng) if rng.random() < o.near else np.zeros(len(pool))
        order = pool[np.lexsort((lengths[pool] + rng.uniform(0, 2, len(pool)), place))]
        plan = batches([range(l) for l in lengths[: len(targets)]], o.tokens, order)
        # A text alone has nothing to be compared with.
        plan = [index for index in plan if len(index) > 1]
        rng.shuffle(plan)
        for index in plan:
            spent = (time.time() - began) / 60
            if time.time() >= due or spent >= o.minutes:
                due = time.time() + o.every
                frozen.load_state_dict(average)
                entry = {"step": step, "seen": seen, "minutes": round(spent, 1), "texts": len(targets),
                         "loss": {k: round(float(np.mean([m[k] for m in marks[-100:] if k in m])), 4) for k in (marks[-1] if marks else {})},
                         "dev": dev.scores(frozen, space), "quantised": o.step}
                print(json.dumps(entry), flush=True)
                folder.mkdir(parents=True, exist_ok=True)
                with open(folder / "curve.jsonl", "a") as log:
                    log.write(json.dumps(entry) + "\n")
                save(folder, {"model": model.state_dict(), "average": average, "optimiser": optimiser.state_dict(),
                              "space": space, "seen": seen, "step": step,
                              "steps": (o.step, o.words_step)})
            if spent >= o.minutes:
                return
            rate = o.lr * min(1, (step - warm + 1) / 60) * (max(0, 1 - spent / o.minutes) if o.decay else 1)
            for group in optimiser.param_groups:
                group["lr"] = rate
            altered = np.array([chance.random() < .125 for _ in index])
            rows = tokenise(tokenizer, [alter(corpus.texts[i], corpus.zh[i]) if a else corpus.texts[i] for a, i in zip(altered, index)])
            ids, mask = pad(rows, range(len(rows)))
            with torch.autocast("cpu", torch.bfloat16, enabled=o.bf16):
                hidden = model.hidden(ids, mask)
            hidden, parts = hidden.float(), {}
            others = targets[rng.integers(len(targets), size=512)]
            total = loss(mean(hidden, mask), targets[index], others, spread, parts)
            if o.token_weight and not altered.all():
                # An altered text is cut into other tokens: nothing to compare one by one.
                kept, same = index[~altered], mask[~altered].bool()
                wanted = corpus.tokens(kept)
                short = min(wanted.shape[1], hidden.shape[1])
                at = same[:, :short]
                gap = (hidden[~altered][:, :short][at] - space.lead(wanted[:, :short][at], length)).pow(2).sum(-1).mean() / variance
                parts["tokens"] = float(gap.detach())
                total = total + o.token_weight * gap
            optimiser.zero_grad(set_to_none=True)
            total.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            step, seen = step + 1, seen + len(index)
            keep = min(.995, (step + 1) / (step + 20))
            with torch.no_grad():
                torch._foreach_lerp_(list(average.values()), list(model.state_dict().values()), 1 - keep)
            marks.append(parts)


if __name__ == "__main__":
    main()
