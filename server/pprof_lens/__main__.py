"""`python -m pprof_lens`."""

from pprof_lens.cli import main

main()
