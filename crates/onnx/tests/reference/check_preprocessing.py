"""Checks preprocessing graphs against torchvision on Pillow images: check_preprocessing.py FOLDER PHOTOS.

FOLDER holds graphs.json (one row a graph: file, resize, crop, images = "all" or "few") and the graphs, whose outputs
are `levels` (whole numbers 0 … 255) and `normalized`.
"""
import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime
import torch
from PIL import Image
from torchvision.transforms import v2

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]

folder, photos = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
paths = sorted(photos.rglob("*.JPEG"))
assert len(paths) >= 200, f"{len(paths)} photographs below {photos}"
random = numpy.random.default_rng(7)
odd_sizes = [(1, 1), (1, 40), (37, 2), (224, 224), (256, 341), (255, 257), (512, 512), (1023, 767), (90, 3000), (601, 3)]
synthetic = [Image.fromarray(random.integers(0, 256, (h, w, 3), dtype=numpy.uint8)) for h, w in odd_sizes]

for row in json.loads((folder / "graphs.json").read_text()):
    model = onnx.load(folder / row["file"])
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(folder / row["file"], providers=["CPUExecutionProvider"])
    steps = [v2.Resize(row["resize"])] if row["resize"] else []
    steps += [v2.CenterCrop(row["crop"])] if row["crop"] else []
    to_levels = v2.Compose(steps)
    to_input = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)])

    differing = pixels = 0
    photographs = (Image.open(path).convert("RGB") for path in (paths if row["images"] == "all" else paths[::10]))
    for image in (*synthetic, *photographs):
        # Without a crop a thin image becomes one of millions of pixels.
        if not row["crop"] and max(image.size) > 20 * min(image.size):
            continue
        expected = to_levels(image)
        levels, normalized = session.run(["levels", "normalized"], {"images": numpy.asarray(image)[None]})
        wanted = numpy.asarray(expected).transpose(2, 0, 1)[None]
        assert levels.shape == wanted.shape, (row, image.size, levels.shape, wanted.shape)
        off = numpy.abs(levels - wanted)
        assert off.max() <= 1, f"{row}: {image.size} is off by {off.max()} levels"
        differing += int((off > 0).sum())
        pixels += off.size
        reference = to_input(Image.fromarray(levels[0].transpose(1, 2, 0).astype(numpy.uint8))).numpy()
        error = numpy.abs(normalized[0] - reference).max()
        assert error <= 2e-6, f"{row}: normalised values are off by {error}"
    print(f"{row['file']}: {differing} of {pixels} values are off by one level")
    # With both sides given, Pillow 13 resamples along y first where that is cheaper; the graph keeps to x first.
    if row["resize"] is None or len(row["resize"]) == 1:
        assert differing == 0, row

batch = random.integers(0, 256, (3, 300, 401, 3), dtype=numpy.uint8)
session = onnxruntime.InferenceSession(folder / json.loads((folder / "graphs.json").read_text())[0]["file"])
together = session.run(["normalized"], {"images": batch})[0]
apart = numpy.concatenate([session.run(["normalized"], {"images": batch[i : i + 1]})[0] for i in range(3)])
assert numpy.array_equal(together, apart)
