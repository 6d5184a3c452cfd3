"""bem/v1: what a computational unit and the master node say to each other. docs/protocol.md."""

from master_node.protocol.codec import RefusedError, decode, encode
from master_node.protocol.topics import Address, Kind, parse_topic

__all__ = ["Address", "Kind", "RefusedError", "decode", "encode", "parse_topic"]
