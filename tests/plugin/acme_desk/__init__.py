"""How Acme sells desks: a process, and a rule that other processes may ask for too."""
