"""The space that the student's vectors lie in: the teacher's, turned, moved and evened out.

The teacher's vectors crowd around one direction (two unlike texts have a cosine of .8), and within it few directions carry
most of what differs. So their mean over both languages is taken away, and each direction is weighted by
(its variance / the mean variance + 1) ** -.25: halfway to whitening (-.5), and held back where
little varies. It is linear: the encoder's last map does it, at no cost. The axes are those of the second moment of what comes
out, by falling energy, so that leading dimensions carry most and the first 256 or 128 are vectors of their own.
"""
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

# How far whitening goes, and what is added to every variance, in mean variances.
POWER, LEAN = .25, 1.0


@dataclass
class Space:
    """`v @ matrix - offset`, f32 [384, 384] and [384]."""

    matrix: np.ndarray
    offset: np.ndarray

    @classmethod
    def of(cls, vectors: np.ndarray, zh: np.ndarray, power: float = POWER) -> "Space":
        """Fitted to the teacher's unit vectors; both languages weigh the same."""
        sides = [side for side in (vectors[zh], vectors[~zh]) if len(side)]
        middle = sum(side.mean(0) for side in sides) / len(sides)
        within = sum((side - side.mean(0)).T @ (side - side.mean(0)) / len(side) for side in sides) / len(sides)
        variance, directions = np.linalg.eigh(within)
        even = directions @ np.diag((variance.clip(0) / variance.mean() + LEAN) ** -power) @ directions.T
        moved = [(side - middle) @ even for side in sides]
        axes = np.linalg.eigh(sum(side.T @ side / len(side) for side in moved))[1][:, ::-1]
        matrix = np.ascontiguousarray(even @ axes, np.float32)
        return cls(matrix, (middle @ matrix).astype(np.float32))

    @classmethod
    def load(cls, path: Path) -> "Space":
        rows = np.load(path).astype(np.float32)
        return cls(rows[:-1], rows[-1])

    def save(self, path: Path) -> None:
        np.save(path, np.vstack([self.matrix, self.offset]).astype(np.float16))

    def lead(self, vectors, length: float = 1.0):
        """Vectors or token states of the teacher, `length` long in the mean, into this space (numpy or torch)."""
        matrix, offset = (self.matrix, self.offset) if isinstance(vectors, np.ndarray) else map(torch.from_numpy, (self.matrix, self.offset))
        return vectors @ matrix - offset * length

    def unit(self, vectors: np.ndarray) -> np.ndarray:
        """The teacher's unit vectors -> unit vectors of this space."""
        led = self.lead(vectors)
        return led / np.linalg.norm(led, axis=-1, keepdims=True)

    def onward(self, head: torch.nn.Linear, new: "Space", length: float) -> None:
        """Changes a last map that ends in this space, its outputs `length` long in the mean as the teacher's, into one that ends in
        `new`."""
        turn = torch.from_numpy(np.linalg.solve(self.matrix.astype(np.float64), new.matrix).astype(np.float32))
        old, offset = torch.from_numpy(self.offset), torch.from_numpy(new.offset)
        with torch.no_grad():
            head.bias.copy_((head.bias + old * length) @ turn - offset * length)
            head.weight.copy_(turn.T @ head.weight)
