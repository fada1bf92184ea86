"""Checkpoints of other people, in the formats of the diffusers library, as models and codecs of ours."""
