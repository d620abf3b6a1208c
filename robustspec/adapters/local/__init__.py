"""What models in this process share: finding a model's folder, choosing the machine, loading, batches, prompts, tokens."""
