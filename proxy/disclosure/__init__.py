"""What leaves of an answer: persons that may not be seen are cut out by their bytes."""
