"""Documents by mail: one IMAP mailbox, whose letters come in through the same door as everything else."""
