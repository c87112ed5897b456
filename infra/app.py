"""Entry of the cdk command: reads the settings, makes the stacks, checks them, writes the templates."""
