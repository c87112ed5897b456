"""The AWS design v22 as code: one stack a reason, one configuration, the design's own names."""
