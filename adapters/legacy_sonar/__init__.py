"""The dialect of the legacy SONAR: how its requests are read and its answers are understood, plus a stand-in of it."""
