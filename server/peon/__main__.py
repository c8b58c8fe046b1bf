"""What `peon` and `python -m peon` start."""


def main() -> None:
    """Run the command line; what a command does not need is not imported."""
    from peon.cli.commands import run

    run()


if __name__ == "__main__":
    main()
