"""What the commands of the contract do: each takes its argument as it is declared there, and answers what is.

One file a feature; `table.py` has all of them by their names. None keeps anything.
"""
