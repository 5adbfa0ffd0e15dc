"""Prints what TensorBoard's own reader finds in a folder of event files, as JSON."""

import base64
import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2

reader = EventAccumulator(
    sys.argv[1], size_guidance={"scalars": 0, "images": 0, "tensors": 0, "histograms": 0}, purge_orphaned_data=True
)
reader.Reload()
tags = reader.Tags()
hparams = {}
for tag, content in reader.summary_metadata.items():
    if content.plugin_data.plugin_name == "hparams":
        data = plugin_data_pb2.HParamsPluginData.FromString(content.plugin_data.content)
        for name, value in data.session_start_info.hparams.items():
            hparams[name] = getattr(value, value.WhichOneof("kind"))
        if tag == "_hparams_/session_end_info":
            hparams["_status"] = data.session_end_info.status
        if tag == "_hparams_/experiment":
            hparams["_declared"] = sorted(info.name for info in data.experiment.hparam_infos)
json.dump(
    {
        "scalars": {tag: [[e.step, e.wall_time, e.value] for e in reader.Scalars(tag)] for tag in tags["scalars"]},
        "images": {
            tag: [
                [e.step, e.width, e.height, base64.b64encode(e.encoded_image_string).decode()]
                for e in reader.Images(tag)
            ]
            for tag in tags["images"]
        },
        "histograms": {
            tag: [
                [e.step, list(e.histogram_value.bucket_limit), list(e.histogram_value.bucket), e.histogram_value.min]
                for e in reader.Histograms(tag)
            ]
            for tag in tags["histograms"]
        },
        "texts": {
            tag: [[e.step, e.tensor_proto.string_val[0].decode()] for e in reader.Tensors(tag)]
            for tag in tags["tensors"]
        },
        "hparams": hparams,
    },
    sys.stdout,
)
