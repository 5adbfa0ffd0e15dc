"""Grad-CAM by hooks and autograd over torchvision's networks, against the maps that a session gave.

usage: check_heat_maps.py FOLDER   with model.safetensors, images.u8 and cases.json
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import torchvision
from safetensors.torch import load_file

folder = Path(sys.argv[1])
facts = json.loads((folder / "cases.json").read_text())
model = getattr(torchvision.models, facts["architecture"])(num_classes=facts["classes"]).eval()
model.load_state_dict(load_file(folder / "model.safetensors"), strict=True)
side = facts["side"]
images = torch.from_numpy(np.fromfile(folder / "images.u8", dtype=np.uint8).reshape(-1, side, side, 3))
mean, std = (torch.tensor(facts[name]).view(3, 1, 1) for name in ("mean", "std"))
inputs = (images.permute(0, 3, 1, 2).float() / 255 - mean) / std



def maps(network, inputs, case):
    kept = {}
    hook = getattr(network, case["layer"]).register_forward_hook(lambda _, __, output: kept.update(a=output))
    logits = network(inputs)
    hook.remove()
    score = logits.gather(1, torch.tensor(case["targets"]).unsqueeze(1)).sum()
    (slope,) = torch.autograd.grad(score, kept["a"])
    return (slope.mean(dim=(2, 3), keepdim=True) * kept["a"]).sum(dim=1).relu().detach().double()


# A unit whose input is nearly 0 may be on in one order of sums and off in another, which moves every gradient before it by a
# jump. So most maps must be exact to rounding, and one with such a jump near the one in fp64 as a whole: another class, layer
# or weight is 100 % off.
model.double()
for case in facts["cases"]:
    expected = maps(model, inputs.double(), case).flatten(1)
    found = torch.tensor(case["maps"]).view(-1, *case["map"]).double().flatten(1)
    assert found.shape == expected.shape, (case["layer"], found.shape, expected.shape)
    assert (expected.norm(dim=1) > 0).any()
    off = (found - expected).norm(dim=1) / expected.norm(dim=1).clamp_min(1e-12)
    assert off.median() <= 1e-4 and off.max() <= 0.15, (case["layer"], off)
    print(f"{facts['architecture']} {case['layer']}: off by {off.median().item():.1e}, at most {off.max().item():.1e}")
