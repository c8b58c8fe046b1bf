"""Between data classes and JSON: the one converter, for the wire and for the journal alike.

Names are camelCase, unknown fields are refused, nothing is coerced, defaults are written out.

Invariant: beside `peon.rpc` the only place that knows cattrs. It imports nothing of the server,
only the data of `peon_protocol`, and it does no I/O: bytes and values in, bytes and values out.
"""

from peon.wire.commands import digest
from peon.wire.converter import make_converter
from peon.wire.encoded import already_json, parter, take_apart
from peon.wire.encoding import dumps, holds_lone_surrogate, loads
from peon.wire.envelope import EVENT_TYPES
from peon.wire.events import EventInvalid, EventReader, UnknownEvent, decode_event, encode_event
from peon.wire.hooks import UnstructureHook
from peon.wire.problems import ParamsInvalid, problems
from peon.wire.shapes import structure, structurer, unstructure, unstructurer
from peon.wire.trusted import decode_trusted, structure_trusted

__all__ = [
    "EVENT_TYPES",
    "EventInvalid",
    "EventReader",
    "ParamsInvalid",
    "UnknownEvent",
    "UnstructureHook",
    "already_json",
    "decode_event",
    "decode_trusted",
    "digest",
    "dumps",
    "encode_event",
    "holds_lone_surrogate",
    "loads",
    "make_converter",
    "parter",
    "problems",
    "structure",
    "structure_trusted",
    "structurer",
    "take_apart",
    "unstructure",
    "unstructurer",
]
