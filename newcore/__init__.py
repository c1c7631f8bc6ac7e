"""The new core: what functions become once they have moved; it knows neither gateway nor adapter."""
