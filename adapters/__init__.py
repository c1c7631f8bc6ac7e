"""The dialects: one package per legacy application that the gateway stands in front of."""
