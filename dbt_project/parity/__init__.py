"""Whether the marts of several engines, or of two states of the models, are the same to the cell."""
