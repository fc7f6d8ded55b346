"""The models: packs, sessions and providers, pre- and post-processing, explanations."""
