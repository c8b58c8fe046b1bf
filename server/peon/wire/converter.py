"""The one converter: attrs classes to JSON values and back, strictly."""

from cattrs import Converter

from peon.wire import envelope, objects, strict, unions


def make_converter() -> Converter:
    """A converter that takes and gives JSON values as the wire and the journal hold them.

    What does not fit raises errors that `peon.wire.problems` explains.
    """
    converter = Converter(detailed_validation=True, forbid_extra_keys=True, omit_if_default=False)
    strict.register(converter)
    objects.register(converter)
    unions.register(converter)
    strict.register_free_json(converter)
    envelope.register(converter)
    return converter
