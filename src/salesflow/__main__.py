"""The command `salesflow`, as `python -m salesflow`."""

from salesflow.cli import main

if __name__ == "__main__":
    main()
