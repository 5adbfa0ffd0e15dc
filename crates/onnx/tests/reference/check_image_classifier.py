"""Checks the network with preprocessing inside: check_image_classifier.py FOLDER PHOTOS.

FOLDER holds resnet18.safetensors and resnet18.uint8.onnx.
"""
import pathlib
import sys

import numpy
import onnx
import onnxruntime
import torch
import torchvision
from PIL import Image
from safetensors.torch import load_file
from torchvision.transforms import v2

folder, photos = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
model = onnx.load(folder / "resnet18.uint8.onnx")
onnx.checker.check_model(model, full_check=True)
assert {entry.key: entry.value for entry in model.metadata_props} == {"labels": '["a", "ä"]'}
session = onnxruntime.InferenceSession(folder / "resnet18.uint8.onnx", providers=["CPUExecutionProvider"])
assert session.get_modelmeta().custom_metadata_map == {"labels": '["a", "ä"]'}
state = load_file(folder / "resnet18.safetensors")
network = torchvision.models.resnet18(weights=None, num_classes=len(state["fc.bias"]))
network.load_state_dict(state)
network.eval()
prepare = v2.Compose(
    [v2.Resize(256), v2.CenterCrop(224), v2.ToImage(), v2.ToDtype(torch.float32, scale=True),
     v2.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]
)
worst = 0.0
for path in sorted(photos.rglob("*.JPEG"))[::25]:
    image = Image.open(path).convert("RGB")
    with torch.no_grad():
        expected = network(prepare(image)[None])
    probabilities, logits = session.run(["probabilities", "logits"], {"images": numpy.asarray(image)[None]})
    error = numpy.abs(logits - expected.numpy()).max() / expected.abs().max().item()
    assert error <= 1e-4, (path.name, error)
    assert numpy.abs(probabilities - expected.softmax(1).numpy()).max() <= 1e-4, path.name
    worst = max(worst, error)
print(f"worst difference {worst:.2e} of the largest logit")
