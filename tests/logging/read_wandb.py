"""Prints the records of a .wandb file as JSON lines, parsed by the official package's protobuf classes."""

import json
import struct
import sys
import zlib

from google.protobuf.json_format import MessageToDict
from google.protobuf.unknown_fields import UnknownFieldSet
from wandb.proto import wandb_internal_pb2

BLOCK = 32768


def assert_known(message):
    assert len(UnknownFieldSet(message)) == 0, message
    for field, value in message.ListFields():
        if field.message_type is not None:
            for inner in [value] if hasattr(value, "ListFields") else value:
                assert_known(inner)


data = open(sys.argv[1], "rb").read()
assert data[:7] == b":W&B" + struct.pack("<HB", 0xBEE1, 0), data[:7]
at, parts = 7, []
while at < len(data):
    left = BLOCK - at % BLOCK
    if left < 7:
        at += left
        continue
    checksum, length, kind = struct.unpack_from("<IHB", data, at)
    payload = data[at + 7 : at + 7 + length]
    assert zlib.crc32(data[at + 6 : at + 7 + length]) == checksum
    parts = ([] if kind in (1, 2) else parts) + [payload]
    if kind in (1, 4):
        record = wandb_internal_pb2.Record.FromString(b"".join(parts))
        assert_known(record)
        print(json.dumps(MessageToDict(record, preserving_proto_field_name=True)))
    at += 7 + length
