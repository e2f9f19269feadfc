"""The event log: what may follow what, what a log folds to, and how a turn is told. Pure and synchronous."""
