"""The third core: functions of the gateway itself, answered from gathered facts. No core is asked."""
