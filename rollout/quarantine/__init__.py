"""Records that could not be carried over: tried some times, then set aside for a person, while everything else goes on."""
