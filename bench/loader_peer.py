"""torchvision's pipeline over the images of a folder, one thread, as `classifier-training bench loader` runs ours.

`tensor`: v2 transforms on uint8 tensors of Pillow's pixels; `pil`: the same on Pillow images; `decode`: no pipeline, only
torchvision's thin layer over libjpeg-turbo. Output u8.
"""

import argparse
import json
import pathlib
import time

import numpy
import torch
from PIL import Image
from torchvision.io import ImageReadMode, decode_jpeg, read_file
from torchvision.transforms import v2

parser = argparse.ArgumentParser()
parser.add_argument("--images", required=True)
parser.add_argument("--image-size", type=int, default=224)
parser.add_argument("--pipeline", choices=["train", "val"], default="train")
parser.add_argument("--kind", choices=["tensor", "pil", "decode"], default="tensor")
parser.add_argument("--seconds", type=float, default=10)
arguments = parser.parse_args()

torch.set_num_threads(1)
size = arguments.image_size
if arguments.pipeline == "train":
    steps = [v2.RandomResizedCrop(size, antialias=True), v2.RandomHorizontalFlip()]
else:
    steps = [v2.Resize(size * 256 // 224, antialias=True), v2.CenterCrop(size)]
pipeline = v2.Compose(steps)
endings = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"}
files = sorted(path for path in pathlib.Path(arguments.images).rglob("*") if path.suffix.lower() in endings)


def load(path):
    if arguments.kind == "decode":
        return decode_jpeg(read_file(str(path)), mode=ImageReadMode.RGB)
    with Image.open(path) as image:
        rgb = image.convert("RGB")
    if arguments.kind == "pil":
        return torch.from_numpy(numpy.array(pipeline(rgb)))
    return pipeline(torch.from_numpy(numpy.array(rgb)).permute(2, 0, 1))


def drain(seconds):
    began = time.perf_counter()
    cpu = time.process_time()
    images = 0
    while time.perf_counter() - began < seconds:
        for start in range(0, len(files), 64):
            images_of_batch = [load(path) for path in files[start : start + 64]]
            if arguments.kind != "decode":
                torch.stack(images_of_batch)
            images += len(files[start : start + 64])
            if time.perf_counter() - began >= seconds:
                break
    return images, time.perf_counter() - began, time.process_time() - cpu


drain(1)
images, wall, cpu = drain(arguments.seconds)
print(
    json.dumps(
        {
            "images_per_second": images / wall,
            "images_per_second_per_core": images / cpu,
            "cpu_seconds_per_image": cpu / images,
            "workers": 0,
            "images": images,
        }
    )
)
