"""What an editor asks and is told, one file a feature, named as the one in `annotate` that says what is shown.

Each has a `register` and short handlers: a look-up in what is shown, and a conversion. None keeps anything.
"""
