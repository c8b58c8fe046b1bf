"""What `peon` and `python -m peon` start."""

import os
import sys


def main() -> None:
    """Run the command line; what a command does not need is not imported.

    The relay and the owner it starts are entered from here, because each of their milliseconds is
    one that an editor waits.
    """
    from peon.attach.arguments import owning, serving
    from peon.attach.systems import shares_owners

    arguments = sys.argv[1:]
    if shares_owners() and (told := serving(arguments)) is not None:
        from peon import __version__
        from peon.attach.relay import relay

        # There is nothing left to be done that is worth the time the interpreter takes to end.
        os._exit(relay(told, __version__))
    if shares_owners() and (owned := owning(arguments)) is not None:
        from peon.attach.detaching import detach

        detach()
        from peon.cli.owning import own

        sys.exit(own(owned))
    from peon.cli.commands import run

    run()


if __name__ == "__main__":
    main()
