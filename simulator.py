"""Write a synthetic run: python simulator.py --logdir runs/sim. Its laws are told in simulated/__init__.py."""

from __future__ import annotations

import sys
from pathlib import Path

from command_line import OptionError, Parser, check_writable, number
from simulated.course import SCENARIOS
from simulated.faults import FAULTS, named, strike
from simulated.model import Settings
from simulated.run import write


def main(arguments: list[str] | None = None) -> int:
    parser = Parser(prog="simulator.py", description="Write a synthetic run: known dynamics, no training, no torch.")
    add, count = parser.add_argument, number(int, 1)
    add("--logdir", type=Path, help="where the run stands, e.g. runs/sim")
    add("--scenario", default="convergence", choices=SCENARIOS)
    add("--steps", type=count, default=2000)
    add("--snapshots", type=count, default=200)
    add("--layers", type=number(int, 1, 1000), default=4, help="transformer blocks")
    add("--rows", type=number(int, 2, 100_000), default=65, help="tokens in the vocabulary")
    add("--dims", type=number(int, 2, 4096), default=32, help="embedding width")
    add("--seed", type=number(int, 0), default=0)
    add("--live", type=number(float, 0.01), metavar="SECS", help="write live, a snapshot every SECS")
    add("--fault", type=named, metavar="NAME[:STEP]", help="break the finished run's files, see --list")
    add("--list", action="store_true", help="list the scenarios and the faults")
    options = parser.parse_args(arguments)
    if options.list:
        for heading, stories in (("", SCENARIOS), ("\nFor --fault NAME[:STEP]:\n", FAULTS)):
            print(heading, end="")
            for name, function in stories.items():
                print(f"{name:20} {(function.__doc__ or '').splitlines()[0]}")
        return 0
    try:
        if not options.logdir:
            raise OptionError("give the run's directory, e.g. --logdir runs/sim")
        if options.snapshots > options.steps:
            raise OptionError(f"--snapshots {options.snapshots} need as many steps: give --steps {options.snapshots}")
        check_writable(options.logdir)
        sizes = {name: getattr(options, name) for name in Settings.__dataclass_fields__}
        write(Settings(**sizes), options.scenario, options.logdir, options.live)
        if options.fault:
            strike(options.logdir, *options.fault)
    except OptionError as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(
            f"{options.logdir} can't be written any more ({error.strerror}): free some space, or --logdir elsewhere"
        )
    except KeyboardInterrupt:
        print(f"Stopped. What was written so far is in {options.logdir}")
        return 130
    print(f"{options.steps:,} steps, {options.snapshots:,} snapshots. See them: tensorboard --logdir {options.logdir}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
