"""The words of the gateway: frozen, slotted values without behaviour. They import nothing of ours but each other."""
