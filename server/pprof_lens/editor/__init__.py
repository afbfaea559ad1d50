"""What an editor shows and how that comes about, in no protocol's words: files, what is shown, who works for it."""
