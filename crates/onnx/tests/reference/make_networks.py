"""Random ResNets with batch norms that do something, inputs and PyTorch's logits: make_networks.py FOLDER NAME…

Writes <name>.safetensors, <name>.input.npy (f32 [5, 3, H, W]) and <name>.logits.npy (f32 [5, C]) for each network.
"""
import sys

import numpy
import torch
import torchvision
from safetensors.torch import save_file

NETWORKS = {"resnet18": (7, 96), "resnet34": (1000, 64), "resnet50": (13, 224)}


def randomise(module):
    if isinstance(module, torch.nn.BatchNorm2d):
        module.running_mean.normal_(0, 0.2)
        module.running_var.uniform_(0.3, 3.0)
        module.weight.data.uniform_(-0.2, 1.2)
        module.bias.data.normal_(0, 0.3)


folder, names = sys.argv[1], sys.argv[2:]
torch.manual_seed(20240507)
for name in names:
    classes, size = NETWORKS[name]
    network = getattr(torchvision.models, name)(weights=None, num_classes=classes)
    network.apply(randomise)
    network.eval()
    images = torch.randn(5, 3, size, size)
    with torch.no_grad():
        logits = network(images)
    state = {key: value.contiguous() for key, value in network.state_dict().items()}
    save_file(state, f"{folder}/{name}.safetensors")
    numpy.save(f"{folder}/{name}.input.npy", images.numpy())
    numpy.save(f"{folder}/{name}.logits.npy", logits.numpy())
