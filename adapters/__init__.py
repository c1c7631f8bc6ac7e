"""The dialects: what a legacy application says on the wire, turned into our words and back."""
