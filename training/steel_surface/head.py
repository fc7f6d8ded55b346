"""This file decides how discriminant and perceptrons stand in the exported graph: folded into two layers, with the slope of both."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.steel_surface.judge import DISCRIMINANT_SHARE, Judge
from training.steel_surface.network import CLIP

_INNER, _CUBIC = math.sqrt(2.0 / math.pi), 0.044715
"""Of the approximate GELU: ``x / 2 * (1 + tanh(inner * (x + cubic * x^3)))``."""
_NEVER = 1e4


class Head(nn.Module):
    """Features (n, 1060) -> calibrated logits (n, 7). All perceptrons stand side by side; nothing in it is fitted any more."""

    def __init__(self, judge: Judge, temperature: float) -> None:
        super().__init__()
        flat, count = judge.discriminant, len(judge.members)
        folded = [_fold(member) for member in judge.members]
        for name, array in (("offset", flat.offset), ("spread", flat.spread)):
            self.register_buffer(name, torch.from_numpy(array.copy()))
        self.register_buffer("direct", torch.from_numpy(flat.weights * (DISCRIMINANT_SHARE / temperature)))
        self.register_buffer("inner", torch.cat([one[0] for one in folded]))
        self.register_buffer("inner_bias", torch.cat([one[1] for one in folded]))
        self.register_buffer("outer", torch.cat([one[2] for one in folded]) / (count * temperature))
        bias = torch.stack([one[3] for one in folded]).mean(dim=0) + torch.from_numpy(flat.bias * DISCRIMINANT_SHARE)
        self.register_buffer("bias", bias / temperature)

    def standardise(self, features: Tensor) -> Tensor:
        """Features as the layers see them; also of parts of them, (..., 1060)."""
        return torch.clamp((features - self.offset) / self.spread, -CLIP, CLIP)

    def hidden(self, standard: Tensor) -> Tensor:
        """What the perceptrons' units get, (n, units), from standardised features."""
        return functional.linear(standard, self.inner, self.inner_bias)

    def logits(self, standard: Tensor, hidden: Tensor) -> Tensor:
        """Logits, (n, 7)."""
        answer = hidden * (0.5 + 0.5 * torch.tanh(_INNER * (hidden + _CUBIC * hidden * hidden * hidden)))
        return standard @ self.direct + answer @ self.outer + self.bias

    def slope(self, logits: Tensor, hidden: Tensor) -> Tensor:
        """How the log odds of the likeliest kind against all others change with each standardised feature: (n, 1060)."""
        likeliest = (logits >= logits.amax(dim=1, keepdim=True)).to(logits.dtype)
        against = likeliest - torch.softmax(logits - _NEVER * likeliest, dim=1)
        bent = torch.tanh(_INNER * (hidden + _CUBIC * hidden * hidden * hidden))
        steep = 0.5 + 0.5 * bent + 0.5 * hidden * (1.0 - bent * bent) * _INNER * (1.0 + 3.0 * _CUBIC * hidden * hidden)
        return against @ self.direct.T + ((against @ self.outer.T) * steep) @ self.inner

    def forward(self, features: Tensor) -> Tensor:
        """Logits of each picture."""
        standard = self.standardise(features)
        return self.logits(standard, self.hidden(standard))


@torch.no_grad()
def _fold(member: nn.Sequential) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Weights and biases of a perceptron's two layers, (hidden, features), (hidden,), (hidden, 7), (7,), its batch norm folded in."""
    first, norm, second = member[1], member[2], member[5]
    if not (isinstance(first, nn.Linear) and isinstance(norm, nn.BatchNorm1d) and isinstance(second, nn.Linear)):
        raise TypeError("a perceptron is made by make_member")
    if norm.running_mean is None or norm.running_var is None:
        raise TypeError("the batch norm keeps its statistics")
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    inner_bias = (first.bias - norm.running_mean) * scale + norm.bias
    return first.weight * scale[:, None], inner_bias, second.weight.T.clone(), second.bias.clone()
