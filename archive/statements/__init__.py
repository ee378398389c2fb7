"""Financial statements from a ledger: forms are data, every figure keeps what it is made of."""
