"""The web console over rollout and monitoring, a process of its own."""
