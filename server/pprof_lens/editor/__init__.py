"""What an editor shows and how that comes about, in no protocol's words: its open files, what is shown, the driver."""
