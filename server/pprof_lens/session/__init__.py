"""The state: what is wanted, and the Snapshots that are made of it; knows no editor and nothing that is shown."""
